import type { Effect } from "../events.js";
import { backoffAlarm, globalTimeoutAlarm, timeoutAlarm } from "./alarms.js";
import { stopEffect } from "./halt/stop-attempt.js";
import { globalDeadlineOf } from "./is-current.js";
import type { SchedulerState } from "./scheduler-state.js";

/**
 * All effects whose end has not been reported yet, the attempts' in file order: what a runner that takes over has to
 * see to. An attempt that is being stopped is started and stopped. O(jobs).
 */
export function pendingEffects(state: SchedulerState): readonly Effect[] {
  if (state.outcome !== undefined) return [{ type: "finish-queue", outcome: state.outcome }];
  const effects: Effect[] = [...globalWake(state)];
  for (const [index, own] of state.jobs.entries()) {
    const job = state.graph.jobs[index]!.id;
    if (own.phase === "retrying") effects.push(backoffAlarm(job, own.attempt, own.notBefore));
    if (own.phase !== "running") continue;
    const { attempt, stopping, deadline } = own;
    effects.push({ type: "start-attempt", job, attempt });
    if (stopping !== undefined) effects.push(stopEffect(state, job, attempt, stopping));
    else if (deadline !== undefined) effects.push(timeoutAlarm(job, attempt, deadline));
  }
  return effects;
}

/** The alarm for the global timeout, if it can still be reached. */
export function globalWake(state: SchedulerState): readonly Effect[] {
  const t = globalDeadlineOf(state);
  return t === undefined ? [] : [globalTimeoutAlarm(t)];
}
