import { readdirSync, readFileSync } from "node:fs";

/** An environment variable by which a rig finds every process that came of its commands, daemons included. */
export const MARKER_VARIABLE = "SPAWN_E2E_RIG";

/** Pids of the processes that carry `marker`; what is left of dead ones (zombies) does not count. */
export function markedProcesses(marker: string): readonly number[] {
  const entry = `${MARKER_VARIABLE}=${marker}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readProc(`/proc/${pid}/environ`).split("\0").includes(entry))
    .map(Number);
}

/** The command lines of those processes, for a test's message. */
export function markedCommands(marker: string): readonly string[] {
  return markedProcesses(marker).map((pid) => readProc(`/proc/${pid}/cmdline`).split("\0").join(" ").trim());
}

function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has ended since it was listed.
    return "";
  }
}
