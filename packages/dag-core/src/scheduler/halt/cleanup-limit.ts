import type { Effect } from "../../events.js";
import { timeoutAlarm } from "../alarms.js";
import type { SchedulerState } from "../scheduler-state.js";

/** How long an `alwaysRun` job without a timeout of its own may take after a cancel or a global timeout. */
export const CLEANUP_LIMIT_MS = 10 * 60_000;

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
export function limitCleanup(state: SchedulerState, t: number, effects: Effect[]): void {
  for (const job of state.running) {
    const own = state.jobs[job]!;
    if (own.phase !== "running" || own.deadline !== undefined || own.stopping !== undefined) continue;
    const deadline = t + CLEANUP_LIMIT_MS;
    state.jobs[job] = { ...own, deadline };
    effects.push(timeoutAlarm(state.graph.jobs[job]!.id, own.attempt, deadline));
  }
}
