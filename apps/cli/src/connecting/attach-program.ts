import { spawn } from "node:child_process";
import { constants } from "node:os";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";

export interface AttachOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a program on this terminal. @returns its exit status, 128 + n for signal n */
export function attachProgram(
  [program = "/bin/sh", ...args]: readonly string[],
  options: AttachOptions,
): Promise<number> {
  // The terminal sends Ctrl-C to the program as well, which decides what it means.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  const child = spawn(program, args, { ...options, stdio: "inherit" });
  return new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(explainStart(error, program)));
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  }).finally(() => process.off("SIGINT", ignore));
}

function explainStart(error: Error, program: string): unknown {
  if (errnoOf(error) !== "ENOENT") return explainFileError(error, "cannot start it", program);
  return new SpawnError("not-supported", `there is no program ${program} on this machine`, {
    hint: `Install it, or put it on the PATH.`,
    cause: error,
  });
}
