import { execFile } from "node:child_process";

/** Anything that is done to a machine here takes a moment, or hangs. */
const LONGEST_MS = 30_000;

/**
 * Runs a program to its end, without a shell.
 *
 * @returns what it printed
 * @throws Error with what it said, when it cannot be run, fails, or takes longer than half a minute.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { input, timeoutMs = LONGEST_MS }: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} failed: ${stderr.trim() || error.message}`, { cause: error }));
    });
    // Who does not read its input has no use for the rest of it.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
  });
}
