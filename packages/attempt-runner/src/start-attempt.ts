import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { constants } from "node:os";
import { type Clock, errnoOf } from "@spawn/foundation";
import type { AttemptSpec, RunningAttempt } from "./attempt.js";
import type { Enclosure } from "./containment/cgroup-hold.js";
import { type Containment, processGroups } from "./containment/containment.js";
import { removeWhenEmpty } from "./containment/remove-when-empty.js";
import type { WrapperEnd } from "./ending/outcome.js";
import { machineClock } from "./machine-clock.js";
import type { AttemptWrapper } from "./processes/attempt-processes.js";
import { MARKER_VARIABLE } from "./processes/marker.js";
import { readProcessStat } from "./processes/process-stat.js";
import { commandArguments } from "./starting/command-arguments.js";
import { failedStart } from "./starting/failed-start.js";
import { findShell } from "./starting/shell.js";
import { StartFailure, startFailureMessage } from "./starting/start-failure.js";
import { type ArgumentVector, wrapped } from "./starting/wrapper.js";
import { findWrapperShell } from "./starting/wrapper-shell.js";
import { SupervisedAttempt } from "./supervised-attempt.js";

export interface AttemptOptions {
  /** Times the grace and the looks for what is left. The machine's own when absent. */
  readonly clock?: Clock;
  /** How its processes are held together; by process groups when absent. */
  readonly containment?: Containment;
}

/**
 * Starts one attempt, in a session of its own, with `/dev/null` as stdin and its files as stdout and stderr. It goes
 * on when this process dies; `recoverAttempt` finds it again. What keeps it from starting is an end (`start-failed`),
 * not an exception.
 */
export function startAttempt(
  spec: AttemptSpec,
  { clock = machineClock, containment = processGroups() }: AttemptOptions = {},
): RunningAttempt {
  const startedAt = clock.bootMs();
  const enclosure = enclosed(spec, containment);
  const cgroup = enclosure.kind === "made" ? enclosure.cgroup : undefined;
  const discard = (): void => {
    if (cgroup !== undefined) removeWhenEmpty(cgroup, clock, { withGroup: spec.isAlone ?? false });
  };
  try {
    const child = spawnWrapper(spec, cgroup?.folders);
    if (child.pid === undefined) {
      discard();
      return failedStart(lateFailure(child));
    }
    const attempt = new SupervisedAttempt({
      files: spec.files,
      background: spec.background,
      graceMs: spec.graceMs,
      enclosure,
      trace: { marker: spec.marker, wrapper: wrapperOf(child.pid) },
      clock,
      startedAt,
    });
    watchChild(child, child.pid, (end) => attempt.wrapperEnded(end));
    return attempt;
  } catch (error) {
    discard();
    const message = startFailureMessage(error);
    if (message === undefined) throw error;
    return failedStart(message);
  }
}

/** An attempt whose cgroup cannot be made runs without: better unlimited than not at all. */
function enclosed(
  { marker, memoryBytes, isAlone = false }: AttemptSpec,
  containment: Containment,
): Enclosure {
  try {
    const cgroup = containment.enclose(marker, memoryBytes === undefined ? {} : { memoryBytes });
    return cgroup === undefined ? { kind: "none" } : { kind: "made", cgroup, isAlone };
  } catch (error) {
    if (errnoOf(error) === undefined || !(error instanceof Error)) throw error;
    return { kind: "failed", message: `its cgroup could not be made: ${error.message}` };
  }
}

/** @throws StartFailure and system errors, for `startFailureMessage`. */
function spawnWrapper(spec: AttemptSpec, cgroup: readonly string[] | undefined): ChildProcess {
  refuseNul(spec);
  if (!statSync(spec.cwd).isDirectory()) throw new StartFailure(`${spec.cwd}: not a folder to work in`);
  const [program, ...args] = argumentsOf(spec, cgroup);
  const stdout = openSync(spec.files.stdout, "a", 0o600);
  try {
    const stderr = openSync(spec.files.stderr, "a", 0o600);
    try {
      return spawn(program, args, {
        cwd: spec.cwd,
        env: { ...spec.env, [MARKER_VARIABLE]: spec.marker },
        detached: true,
        stdio: ["ignore", stdout, stderr],
      });
    } finally {
      closeSync(stderr);
    }
  } finally {
    closeSync(stdout);
  }
}

function argumentsOf(
  { command, cwd, env, files, shell: wanted }: AttemptSpec,
  cgroup: readonly string[] | undefined,
): ArgumentVector {
  const shell = findShell(wanted, { cwd, searchPath: env.PATH });
  if (shell === undefined) {
    throw new StartFailure(
      `no ${wanted ?? "bash and no sh"} to run the command with, or it may not be executed`,
    );
  }
  const wrapperShell = findWrapperShell(env, process.env.PATH);
  return wrapped(wrapperShell, files.claim, commandArguments(command, shell, files.command), cgroup);
}

/** The process is there: it cannot be reaped before this turn of the event loop ends. */
function wrapperOf(pid: number): AttemptWrapper {
  try {
    const stat = readProcessStat(pid);
    if (stat !== undefined) return { pid, startTicks: stat.startTicks };
  } catch {
    // No descriptor left to read it with; the attempt runs all the same.
  }
  return { pid };
}

/** The system's strings end at a NUL; nothing may be cut off silently. */
function refuseNul({ command, env }: AttemptSpec): void {
  if (command.includes("\0")) throw new StartFailure("the command contains a NUL character");
  for (const [name, value] of Object.entries(env)) {
    if (name.includes("\0") || value.includes("\0")) {
      throw new StartFailure(
        `the environment variable ${name.replaceAll("\0", "\\0")} contains a NUL character`,
      );
    }
  }
}

/** Some failures of `spawn` are told by an event only; it has no pid then. */
function lateFailure(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(startFailureMessage(error) ?? error.message));
  });
}

/** `exit`, not `close`: somebody in the background may hold stdout for as long as it likes. */
function watchChild(child: ChildProcess, pid: number, onEnd: (end: WrapperEnd) => void): void {
  child.once("exit", (status, signal) => {
    if (status !== null) onEnd({ kind: "exited", pid, status });
    else onEnd(signal === null ? { kind: "unknown" } : { kind: "killed", signal: constants.signals[signal] });
  });
}
