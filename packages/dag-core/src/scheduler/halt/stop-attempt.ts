import type { Effect, StopCause } from "../../events.js";
import type { SchedulerState } from "../scheduler-state.js";

/** Decides the end of a running attempt. The first cause stays; by force, an end that was decided is hastened. */
export function stopAttempt(state: SchedulerState, job: number, cause: StopCause, effects: Effect[]): void {
  const own = state.jobs[job]!;
  if (own.phase !== "running" || (own.stopping !== undefined && !state.forced)) return;
  const stopping = own.stopping ?? cause;
  state.jobs[job] = { ...own, stopping };
  effects.push(stopEffect(state, state.graph.jobs[job]!.id, own.attempt, stopping));
}

export function stopEffect(state: SchedulerState, job: string, attempt: number, cause: StopCause): Effect {
  const effect = { type: "stop-attempt", job, attempt, cause } as const;
  return state.forced ? { ...effect, force: true } : effect;
}
