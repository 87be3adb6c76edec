import { rmSync, writeFileSync } from "node:fs";
import type { InstanceLayout } from "@spawn/attempt-runner";

// Small files for people and their scripts. Nothing rests on them, so a full disk must not stop a queue here.

/** Says in `current-job` which job runs; removes the file when none does. */
export function showCurrentJob(layout: InstanceLayout, job: string | undefined): void {
  attempt(() => {
    if (job === undefined) rmSync(layout.currentJob, { force: true });
    else writeFileSync(layout.currentJob, `${job}\n`, { mode: 0o644 });
  });
}

/** Leaves the exit code of a job's last finished attempt in `<job>.exit`. */
export function showExitCode(layout: InstanceLayout, job: string, exitCode: number): void {
  attempt(() => writeFileSync(layout.exitFile(job), `${exitCode}\n`, { mode: 0o644 }));
}

function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The journal and the claim files hold the truth.
  }
}
