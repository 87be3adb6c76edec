/** Tells of Ctrl-C and of a request to end (SIGINT, SIGTERM), counted together from 1; the returned function stops it. */
export function onInterrupt(callback: (count: number) => void): () => void {
  let count = 0;
  const listener = (): void => {
    count += 1;
    callback(count);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return () => {
    process.off("SIGINT", listener);
    process.off("SIGTERM", listener);
  };
}

/** The terminal was closed. */
export function onHangup(callback: () => void): () => void {
  process.on("SIGHUP", callback);
  return () => process.off("SIGHUP", callback);
}
