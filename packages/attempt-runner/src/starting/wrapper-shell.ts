import { findProgram } from "./shell.js";
import { StartFailure } from "./start-failure.js";
import type { ArgumentVector } from "./wrapper.js";

/**
 * The shell for the wrapper: `sh` of the runner's own `PATH`. dash as `sh` drops variables whose names are not a
 * shell's (`my.var`, exported functions); with such a one in the environment it is bash, where there is one.
 */
export function findWrapperShell(
  env: Readonly<Record<string, string>>,
  searchPath: string | undefined,
): ArgumentVector {
  const bash = hasForeignName(env) ? findProgram("bash", searchPath) : undefined;
  if (bash !== undefined) return [bash, "--posix"];
  const sh = findProgram("sh", searchPath);
  if (sh === undefined)
    throw new StartFailure("no sh on this machine, neither in PATH nor in /usr/bin or /bin");
  return [sh];
}

function hasForeignName(env: Readonly<Record<string, string>>): boolean {
  for (const name in env) {
    if (!/^[A-Za-z_]\w*$/.test(name)) return true;
  }
  return false;
}
