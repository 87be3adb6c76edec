import { unreachable } from "@spawn/foundation";
import type { AttemptOutcome, Effect } from "../events.js";
import { backoffAlarm, timeoutAlarm } from "./alarms.js";
import { barredBy } from "./halt/bar.js";
import { deadlineOf } from "./halt/cleanup-limit.js";
import { stopAfterFailure } from "./halt/stop-after-failure.js";
import { retryPolicyOf } from "./retry.js";
import { become, type SchedulerState } from "./scheduler-state.js";
import { settle } from "./settle.js";
import { verdictOn } from "./verdict.js";

export function startAttempt(
  state: SchedulerState,
  job: number,
  attempt: number,
  t: number,
  effects: Effect[],
): void {
  const { id } = state.graph.jobs[job]!;
  const deadline = deadlineOf(state, job, t);
  state.lastAttempt[job] = attempt;
  state.charged[job]! += 1;
  become(state, job, {
    phase: "running",
    attempt,
    since: t,
    ...(deadline === undefined ? {} : { deadline }),
  });
  effects.push({ type: "start-attempt", job: id, attempt });
  if (deadline !== undefined) effects.push(timeoutAlarm(id, attempt, deadline));
}

export interface AttemptEnd {
  readonly t: number;
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  /** Uniform in [0, 1). */
  readonly random: number;
}

export function endAttempt(state: SchedulerState, job: number, end: AttemptEnd, effects: Effect[]): void {
  const { t, attempt, outcome, random } = end;
  countLosses(state, job, outcome);
  const verdict = verdictOn({
    outcome,
    policy: retryPolicyOf(state.graph.jobs[job]!),
    charged: state.charged[job]!,
    lossesInRow: state.lossesInRow[job]!,
    random,
    barred: barredBy(state, job),
  });
  if (usesNoRetry(outcome)) state.charged[job]! -= 1;

  switch (verdict.kind) {
    case "again":
      become(state, job, { phase: "ready" });
      return;
    case "retry": {
      const notBefore = t + verdict.delayMs;
      become(state, job, { phase: "retrying", attempt, notBefore, last: outcome });
      effects.push(backoffAlarm(state.graph.jobs[job]!.id, attempt, notBefore));
      return;
    }
    case "completed":
      become(state, job, { phase: "ended", state: "completed", attempt, last: outcome });
      settle(state, [job]);
      return;
    case "cancelled":
      become(state, job, {
        phase: "ended",
        state: "cancelled",
        attempt,
        last: outcome,
        reason: verdict.reason,
      });
      settle(state, [job]);
      return;
    case "failed":
      become(state, job, { phase: "ended", state: "failed", attempt, last: outcome });
      settle(state, [job]);
      if (state.graph.failureMode === "stop") stopAfterFailure(state);
      return;
    default:
      unreachable(verdict);
  }
}

/** An attempt that never started says nothing about the host: the count stays. */
function countLosses(state: SchedulerState, job: number, outcome: AttemptOutcome): void {
  if (outcome.reason === "host-lost") state.lossesInRow[job]! += 1;
  else if (outcome.reason !== "never-started") state.lossesInRow[job] = 0;
}

function usesNoRetry({ reason }: AttemptOutcome): boolean {
  return reason === "host-lost" || reason === "interrupted" || reason === "never-started";
}
