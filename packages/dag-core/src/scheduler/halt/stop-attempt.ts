import type { Effect, StopCause } from "../../events.js";
import type { SchedulerState } from "../scheduler-state.js";

/** Decides the end of a running attempt. The first cause stays. */
export function stopAttempt(state: SchedulerState, job: number, cause: StopCause, effects: Effect[]): void {
  const own = state.jobs[job]!;
  if (own.phase !== "running" || own.stopping !== undefined) return;
  state.jobs[job] = { ...own, stopping: cause };
  effects.push({ type: "stop-attempt", job: state.graph.jobs[job]!.id, attempt: own.attempt, cause });
}
