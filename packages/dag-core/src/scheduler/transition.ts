import { unreachable } from "@spawn/foundation";
import type { Effect, SchedulerEvent } from "../events.js";
import { indexOfJob } from "../graph/job-graph.js";
import { endAttempt, startAttempt } from "./attempts.js";
import { requestCancel } from "./halt/cancel.js";
import { reachGlobalTimeout } from "./halt/global-timeout.js";
import { requestInterrupt } from "./halt/interrupt.js";
import { stopAttempt } from "./halt/stop-attempt.js";
import { isCurrent, isOver } from "./is-current.js";
import { globalWake, pendingEffects } from "./pending-effects.js";
import { outcomeOf } from "./queue-outcome.js";
import { resume } from "./resume.js";
import { become, type SchedulerState } from "./scheduler-state.js";

export interface Transition {
  /** The state that was handed in, changed. */
  readonly state: SchedulerState;
  /** To be performed once the event is safe on disk. */
  readonly effects: readonly Effect[];
}

/**
 * Applies one event. The state is changed in place and handed back: it has one owner, which keeps no other reference.
 * O(dependents + log jobs) over the life of a run; a stop, a cancel and a resume look once at every job.
 *
 * A request to cancel or interrupt a run that is over does nothing.
 *
 * @throws Error, with the state unchanged, for what only a bug can send: time going back, an unknown job, an event
 * that is not current.
 */
export function transition(state: SchedulerState, event: SchedulerEvent): Transition {
  assertApplicable(state, event);
  const effects: Effect[] = [];
  apply(state, event, effects);
  state.now = event.t;
  const outcome = outcomeOf(state);
  if (outcome !== undefined && !sameOutcome(outcome, state.outcome)) {
    effects.push({ type: "finish-queue", outcome });
  }
  state.outcome = outcome;
  return { state, effects };
}

function apply(state: SchedulerState, event: SchedulerEvent, effects: Effect[]): void {
  const { graph } = state;
  switch (event.type) {
    case "queue-started":
      state.started = true;
      if (graph.globalTimeoutMs !== undefined) state.globalDeadline = event.t + graph.globalTimeoutMs;
      addAll(effects, globalWake(state));
      return;
    case "attempt-starting":
      startAttempt(state, indexOfJob(graph, event.job), event.attempt, event.t, effects);
      return;
    case "attempt-timed-out":
      stopAttempt(state, indexOfJob(graph, event.job), "timeout", effects);
      return;
    case "attempt-ended":
      endAttempt(state, indexOfJob(graph, event.job), event, effects);
      return;
    case "backoff-elapsed":
      become(state, indexOfJob(graph, event.job), { phase: "ready" });
      return;
    case "global-timeout-reached":
      reachGlobalTimeout(state, event.t, effects);
      return;
    case "cancel-requested":
      requestCancel(state, event.t, event.force, effects);
      return;
    case "interrupt-requested":
      requestInterrupt(state, event.cause, effects);
      return;
    case "attempts-unknown": {
      const job = indexOfJob(graph, event.job);
      state.lastAttempt[job] = Math.max(state.lastAttempt[job]!, event.attempt);
      return;
    }
    case "queue-continued":
      state.interrupt = undefined;
      state.outcome = undefined;
      addAll(effects, pendingEffects(state));
      return;
    case "queue-resumed":
      resume(state, event.t, event.jobs);
      state.outcome = undefined;
      addAll(effects, pendingEffects(state));
      return;
    default:
      unreachable(event);
  }
}

/** Not by spreading: a million waiting retries are more arguments than a call may have. */
function addAll(effects: Effect[], more: readonly Effect[]): void {
  for (const effect of more) effects.push(effect);
}

function assertApplicable(state: SchedulerState, event: SchedulerEvent): void {
  if (event.t < state.now) {
    throw new Error(`event ${event.type} at ${event.t} ms comes after one at ${state.now} ms`);
  }
  if (event.type === "queue-resumed") for (const job of event.jobs) indexOfJob(state.graph, job);
  if (isCurrent(state, event) || (isRequest(event) && isOver(state))) return;
  const where = "job" in event ? JSON.stringify(state.jobs[indexOfJob(state.graph, event.job)]) : "the run";
  throw new Error(`event ${JSON.stringify(event)} does not fit ${where}`);
}

function isRequest({ type }: SchedulerEvent): boolean {
  return type === "cancel-requested" || type === "interrupt-requested";
}

function sameOutcome(a: SchedulerState["outcome"] & object, b: SchedulerState["outcome"]): boolean {
  return b !== undefined && a.state === b.state && a.reason === b.reason;
}
