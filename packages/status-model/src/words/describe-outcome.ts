import type { AttemptOutcome } from "@spawn/dag-core";
import { formatDuration, unreachable } from "@spawn/foundation";
import { signalName } from "./signal-names.js";

/**
 * How an attempt ended, in words that follow "failed: " or "attempt 2: ".
 *
 * @param limits `timeoutMs`: the attempt's timeout, named where that is what ended it; `globalTimeout`: the queue's was
 */
export function describeOutcome(
  outcome: AttemptOutcome,
  limits: { readonly timeoutMs?: number; readonly globalTimeout?: boolean } = {},
): string {
  switch (outcome.reason) {
    case "exit":
      return `exit code ${outcome.exitCode}`;
    case "signal": {
      const name = signalName(outcome.signal);
      return `killed by signal ${outcome.signal}${name === undefined ? "" : ` (${name})`}`;
    }
    case "timeout":
      if (limits.globalTimeout === true) return "ended by the queue's global timeout";
      return limits.timeoutMs === undefined
        ? "timed out"
        : `timed out after ${formatDuration(limits.timeoutMs)}`;
    case "oom":
      return "out of memory";
    case "start-failed":
      return `could not be started: ${outcome.message}`;
    case "host-lost":
      return "its machine was lost";
    case "interrupted":
      return "interrupted";
    case "cancelled":
      return "cancelled";
    case "never-started":
      return "never started";
    default:
      return unreachable(outcome);
  }
}

/** The exit code a shell would give: a signal n counts as 128 + n; `undefined` where there was none. */
export function exitCodeOf(outcome: AttemptOutcome): number | undefined {
  switch (outcome.reason) {
    case "exit":
      return outcome.exitCode;
    case "signal":
      return 128 + outcome.signal;
    case "timeout":
    case "oom":
    case "start-failed":
    case "host-lost":
    case "interrupted":
    case "cancelled":
    case "never-started":
      return undefined;
    default:
      return unreachable(outcome);
  }
}
