import { existsSync, readdirSync, readFileSync } from "node:fs";

/** An environment variable by which a rig finds every process that came of its commands, daemons included. */
export const MARKER_VARIABLE = "SPAWN_E2E_RIG";

/** Pids of the processes that carry `marker`; what is left of dead ones (zombies) does not count. */
export function markedProcesses(marker: string): readonly number[] {
  const entry = `${MARKER_VARIABLE}=${marker}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).split("\0").includes(entry))
    .map(Number);
}

/** Ends those processes; one that has ended meanwhile is fine. */
export function killMarked(marker: string): void {
  for (const pid of markedProcesses(marker)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Ended by itself.
    }
  }
}

/** The command lines of those processes, and whose attempt they are, for a test's message. */
export function markedCommands(marker: string): readonly string[] {
  return markedProcesses(marker).map((pid) => {
    const environment = environmentOf(pid);
    const attempt = /(?:^|\0)SPAWN_ATTEMPT=([^\0]*)/.exec(environment)?.[1] ?? "no attempt";
    return `${readProc(`/proc/${pid}/cmdline`).split("\0").join(" ").trim()} (${attempt})`;
  });
}

/** While one program is being replaced by another (execve), the process shows neither's environment nor arguments. */
function environmentOf(pid: number | string): string {
  for (let looks = 1; ; looks += 1) {
    const shown = readProc(`/proc/${pid}/environ`);
    if (shown !== "" || !existsSync(`/proc/${pid}/exe`)) return shown;
    if (looks >= 3 && readProc(`/proc/${pid}/cmdline`) !== "") return shown;
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has ended since it was listed.
    return "";
  }
}
