import { spawnSync } from "node:child_process";

/**
 * Keeps what is typed from being echoed by the terminal on standard input: `^C` and line breaks would move what is drawn.
 * Keys still send their signals, and what is typed waits for who reads next.
 *
 * @returns puts the terminal back as it was; does nothing where there is no terminal to set
 */
export function silenceEcho(input: { readonly isTTY?: boolean } = process.stdin): () => void {
  if (input.isTTY !== true) return () => undefined;
  const before = stty("-g");
  if (before === undefined || stty("-echo") === undefined) return () => undefined;
  return () => {
    stty(before);
  };
}

/** @returns what it printed; `undefined` where it is missing or failed */
function stty(argument: string): string | undefined {
  const { status, stdout } = spawnSync("stty", [argument], {
    stdio: ["inherit", "pipe", "ignore"],
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}
