import { rmSync, writeFileSync } from "node:fs";
import type { InstanceLayout } from "@spawn/attempt-runner";

// Small files for people and their scripts. Nothing rests on them, so a full disk must not stop a queue here.

/** The file `current-job`: which job runs, the latest started; absent when none does. */
export class CurrentJobSign {
  readonly #path: string;
  #shown: string | undefined;

  constructor(layout: InstanceLayout) {
    this.#path = layout.currentJob;
    attempt(() => rmSync(this.#path, { force: true }));
  }

  show(job: string | undefined): void {
    if (job === this.#shown) return;
    this.#shown = job;
    attempt(() => {
      if (job === undefined) rmSync(this.#path, { force: true });
      else writeFileSync(this.#path, `${job}\n`, { mode: 0o644 });
    });
  }
}

/** Leaves the exit code of a job's last finished attempt in `<job>.exit`; no file where it ended without one of its own. */
export function showExitCode(layout: InstanceLayout, job: string, exitCode: number | undefined): void {
  const path = layout.exitFile(job);
  attempt(() => {
    if (exitCode === undefined) rmSync(path, { force: true });
    else writeFileSync(path, `${exitCode}\n`, { mode: 0o644 });
  });
}

function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The journal and the claim files hold the truth.
  }
}
