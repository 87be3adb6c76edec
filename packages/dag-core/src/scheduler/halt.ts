import { unreachable } from "@spawn/foundation";
import type { Effect, InterruptCause, StopCause } from "../events.js";
import type { CancelReason } from "../job-state.js";
import { isOver } from "./is-current.js";
import { become, type Halt, type SchedulerState } from "./scheduler-state.js";
import { settle } from "./settle.js";

/** How long an `alwaysRun` job without a timeout of its own may take after a cancel or a global timeout. */
export const CLEANUP_LIMIT_MS = 10 * 60_000;

const CANCEL_REASONS: Record<Halt, CancelReason> = {
  "job-failed": "queue-stopped",
  "global-timeout": "global-timeout",
  cancelled: "cancelled",
};

/** Why a job gets no (further) attempt in this run, or `undefined` while it may. */
export function barredBy(state: SchedulerState, job: number): CancelReason | undefined {
  const { halt, forced } = state;
  const reason = halt === undefined ? undefined : CANCEL_REASONS[halt];
  const kind = state.graph.kinds[job]!;
  switch (kind) {
    case "normal":
      return reason;
    case "handler":
      return halt === "job-failed" ? undefined : reason;
    case "always-run":
      return forced ? "cancelled" : undefined;
    default:
      return unreachable(kind);
  }
}

/** A job has finally failed under `stop`: what runs goes on, handlers and `alwaysRun` jobs still run, the rest does not. */
export function stopAfterFailure(state: SchedulerState): void {
  if (state.halt !== undefined) return;
  state.stopCause = "job-failed";
  state.halt = "job-failed";
  bar(state, undefined, []);
}

export function reachGlobalTimeout(state: SchedulerState, t: number, effects: Effect[]): void {
  state.stopCause ??= "global-timeout";
  state.halt = "global-timeout";
  bar(state, "timeout", effects);
  limitCleanup(state, t, effects);
}

export function requestCancel(state: SchedulerState, t: number, force: boolean, effects: Effect[]): void {
  if (isOver(state)) return;
  const further = state.halt === undefined || state.halt === "job-failed";
  if (!further && (!force || state.forced)) return;
  state.stopCause ??= "cancelled";
  if (further) state.halt = "cancelled";
  state.forced = force;
  bar(state, "cancelled", effects);
  limitCleanup(state, t, effects);
}

/** Nothing new starts, and what runs is stopped; all of it may go on later. */
export function requestInterrupt(state: SchedulerState, cause: InterruptCause, effects: Effect[]): void {
  if (isOver(state) || state.interrupt !== undefined) return;
  state.interrupt = cause;
  for (const job of state.running) stop(state, job, "interrupted", effects);
}

/** Decides the end of a running attempt. The first cause stays. */
export function stop(state: SchedulerState, job: number, cause: StopCause, effects: Effect[]): void {
  const own = state.jobs[job]!;
  if (own.phase !== "running" || own.stopping !== undefined) return;
  state.jobs[job] = { ...own, stopping: cause };
  effects.push({ type: "stop-attempt", job: state.graph.jobs[job]!.id, attempt: own.attempt, cause });
}

/** Takes all that may no longer run out of the run; their running attempts get `stopCause`, if there is one. O(jobs). */
function bar(state: SchedulerState, stopCause: StopCause | undefined, effects: Effect[]): void {
  const settled: number[] = [];
  for (const [job, own] of state.jobs.entries()) {
    const reason = barredBy(state, job);
    if (reason === undefined) continue;
    switch (own.phase) {
      case "waiting":
      case "ready":
        become(state, job, { phase: "unrunnable", state: "cancelled", reason });
        settled.push(job);
        break;
      case "retrying":
        become(state, job, {
          phase: "ended",
          state: "cancelled",
          attempt: own.attempt,
          last: own.last,
          reason,
        });
        settled.push(job);
        break;
      case "running":
        if (stopCause !== undefined) stop(state, job, stopCause, effects);
        break;
      case "ended":
      case "unrunnable":
        break;
      default:
        unreachable(own);
    }
  }
  settle(state, settled);
}

/** When an attempt that starts at `t` is timed out, if ever. */
export function deadlineOf(state: SchedulerState, job: number, t: number): number | undefined {
  const { timeoutMs } = state.graph.jobs[job]!;
  if (timeoutMs !== undefined) return t + timeoutMs;
  return cleansUp(state) ? t + CLEANUP_LIMIT_MS : undefined;
}

function cleansUp({ halt }: SchedulerState): boolean {
  return halt === "cancelled" || halt === "global-timeout";
}

/** Gives running `alwaysRun` attempts without a limit the one for cleanup. */
function limitCleanup(state: SchedulerState, t: number, effects: Effect[]): void {
  for (const job of state.running) {
    const own = state.jobs[job]!;
    if (own.phase !== "running" || own.deadline !== undefined || own.stopping !== undefined) continue;
    const deadline = t + CLEANUP_LIMIT_MS;
    state.jobs[job] = { ...own, deadline };
    effects.push(wakeForTimeout(state.graph.jobs[job]!.id, own.attempt, deadline));
  }
}

export function wakeForTimeout(job: string, attempt: number, t: number): Effect {
  return { type: "wake-at", t, event: { type: "attempt-timed-out", t, job, attempt } };
}
