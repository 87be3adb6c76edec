import { closeSync, openSync } from "node:fs";

/** Opens files until only `free` descriptors are left to this process. @returns what closes them. */
export function useUpDescriptors(free: number): () => void {
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync("/dev/null", "r"));
  } catch {
    // That was the last one.
  }
  for (const descriptor of opened.splice(opened.length - free, free)) closeSync(descriptor);
  return () => {
    for (const descriptor of opened) closeSync(descriptor);
  };
}
