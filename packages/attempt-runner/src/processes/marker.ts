import { existsSync } from "node:fs";
import { readProcFile } from "./proc-file.js";

/** The variable by which an attempt's processes are found, also those that left its session and its ancestry. */
export const MARKER_VARIABLE = "SPAWN_ATTEMPT";

/** `"starting"`: the process is just being replaced by another program, and shows neither's environment. */
export type MarkerLook = "present" | "absent" | "starting";

/**
 * Whether the process was started with this marker in its environment. A process that clears its environment, or
 * writes over it, hides it; so does another user's process from a runner that is not root.
 */
export function lookForMarker(pid: number, marker: string): MarkerLook {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const environment = readProcFile(`/proc/${pid}/environ`);
    if (environment === undefined) return "absent";
    if (environment !== "") {
      return `\0${environment}`.includes(`\0${MARKER_VARIABLE}=${marker}\0`) ? "present" : "absent";
    }
    const size = environmentSize(pid);
    if (size === "none yet") return "starting";
    if (size === 0) return "absent";
    // It has begun another program since; or its environment lies where nothing is any more.
  }
  return "absent";
}

const MOST_LOOKS = 3;

/**
 * Of a process that showed no environment, in bytes. `execve` gives a process new memory first, and says where in it
 * the environment lies last. Kernel threads, and who has ended, have no program.
 */
function environmentSize(pid: number): number | "none yet" {
  const stat = readProcFile(`/proc/${pid}/stat`);
  if (stat === undefined) return 0;
  // The fields after the name, which may hold anything, begin with the third; proc(5) counts from one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [start, end] = [Number(fields[ENV_START - 3]), Number(fields[ENV_END - 3])];
  if (end > 0) return end - start;
  return existsSync(`/proc/${pid}/exe`) ? "none yet" : 0;
}

const ENV_START = 50;
const ENV_END = 51;
