import { readProcFile } from "./proc-file.js";

/** The variable by which an attempt's processes are found, also those that left its session and its ancestry. */
export const MARKER_VARIABLE = "SPAWN_ATTEMPT";

/**
 * Whether the process was started with this marker in its environment. A process that clears its environment, or
 * writes over it, hides it; so does another user's process from a runner that is not root.
 */
export function hasMarker(pid: number, marker: string): boolean {
  const environment = readProcFile(`/proc/${pid}/environ`);
  return environment !== undefined && `\0${environment}`.includes(`\0${MARKER_VARIABLE}=${marker}\0`);
}
