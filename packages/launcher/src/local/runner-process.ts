import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type InstanceLayout, readRunnerLock } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import { lastMessages } from "./runner-log.js";
import { noteStarting } from "./runner-presence.js";

/** How the runner is started: a program and what stands before its own arguments. */
export interface RunnerProgram {
  readonly command: string;
  readonly arguments: readonly string[];
}

const LOCK_POLL_MS = 5;

/**
 * Starts the runner as a process of its own session, which outlives this one; returns once it holds the queue's lock, or
 * has already done its work.
 *
 * @throws SpawnError `already-running`; `runner-not-found` or `runner-failed`, with the end of the runner's log.
 */
export async function startRunner(
  program: RunnerProgram,
  args: readonly string[],
  layout: InstanceLayout,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const before = readRunnerLock(layout.lock)?.epoch ?? 0;
  const log = openSync(layout.runnerLog, "a", 0o600);
  const child = spawn(program.command, [...program.arguments, ...args], {
    cwd: layout.root,
    detached: true,
    stdio: ["ignore", log, log],
    env: environment,
  });
  closeSync(log);
  if (child.pid !== undefined) noteStarting(layout, child.pid);
  const ended = new Promise<{ code: number | null; error?: Error }>((resolve) => {
    child.once("exit", (code) => resolve({ code }));
    child.once("error", (error) => resolve({ code: null, error }));
  });
  // Another runner may have come first: only this one's own lock counts.
  const heldLock = (): boolean => {
    const lock = readRunnerLock(layout.lock);
    return lock !== undefined && lock.epoch > before && lock.owner.pid === child.pid;
  };
  while (!heldLock()) {
    const end = await Promise.race([ended, wait(LOCK_POLL_MS)]);
    if (end === undefined || heldLock()) continue;
    const other = readRunnerLock(layout.lock);
    if (other?.alive) {
      throw new SpawnError("already-running", `another runner was first (pid ${other.owner.pid})`, {
        hint: "Watch the queue: spawn queue status last --watch",
      });
    }
    throw failure(program, layout, end);
  }
  child.unref();
}

function failure(
  program: RunnerProgram,
  layout: InstanceLayout,
  end: { code: number | null; error?: Error },
): SpawnError {
  if (end.error !== undefined) {
    return new SpawnError(
      "runner-not-found",
      `cannot start the runner ${program.command}: ${end.error.message}`,
      {
        cause: end.error,
      },
    );
  }
  const said = lastMessages(layout.runnerLog);
  const why = said === "" ? "" : `:\n${said}`;
  return new SpawnError("runner-failed", `the runner ended at once (exit code ${end.code})${why}`, {
    hint: `Its log: ${layout.runnerLog}`,
  });
}
