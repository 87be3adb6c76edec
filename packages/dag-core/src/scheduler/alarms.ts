import type { Effect } from "../events.js";

export function timeoutAlarm(job: string, attempt: number, t: number): Effect {
  return { type: "wake-at", t, event: { type: "attempt-timed-out", t, job, attempt } };
}

export function backoffAlarm(job: string, attempt: number, t: number): Effect {
  return { type: "wake-at", t, event: { type: "backoff-elapsed", t, job, attempt } };
}

export function globalTimeoutAlarm(t: number): Effect {
  return { type: "wake-at", t, event: { type: "global-timeout-reached", t } };
}
