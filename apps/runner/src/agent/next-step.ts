import type { QueueOutcome } from "@spawn/dag-core";
import { unreachable } from "@spawn/foundation";
import { type Completion, completionWords } from "../completion-file.js";
import type { AgentConfig } from "./agent-config.js";
import type { EndCause } from "./due-end.js";

/** How things stand once the queue's session is over. Times: wall clock, ms since the Unix epoch. */
export interface AfterQueue {
  readonly outcome: QueueOutcome;
  /** When the queue ended. */
  readonly endedAt: number;
  readonly now: number;
  /** The agent itself was told to end: a stop of its service, a shutdown of the machine. */
  readonly isTold: boolean;
  /** Somebody asked for the queue to be interrupted, because the instance is to go. */
  readonly isUnwanted: boolean;
  readonly due: EndCause | undefined;
  readonly completion: Completion | undefined;
  readonly onComplete: AgentConfig["on_complete"];
  readonly keepOnFailureMs: number;
  /** How long it was said to stay before, after which it may have been extended. */
  readonly keptUntil: number | undefined;
  /** Nothing stays longer: some time before the deadline. */
  readonly latest: number;
  /** The instance was stopped for this end before, and somebody has started it again. */
  readonly wasStopped: boolean;
}

/** What becomes of the agent and its instance. */
export type NextStep =
  /** The agent ends, the machine is somebody else's business. */
  | { readonly kind: "leave" }
  /** EC2 takes the instance back by itself. */
  | { readonly kind: "await-reclaim" }
  /** The queue goes on. */
  | { readonly kind: "continue" }
  /** The instance stays as it is until then. */
  | { readonly kind: "keep"; readonly until: number }
  | { readonly kind: "end"; readonly how: "terminate" | "stop"; readonly why: string };

export function nextStep(after: AfterQueue): NextStep {
  if (after.isTold) return { kind: "leave" };
  if (after.due === "spot") return { kind: "await-reclaim" };
  if (after.isUnwanted) return terminated("as asked");
  if (after.due === "completion") return afterCompletion(after);
  if (after.due === "ttl") return terminated("it has reached its deadline");
  if (after.outcome.state === "interrupted") return { kind: "continue" };
  if (after.due === "idle") return terminated("it has been idle for as long as it may");
  return afterFinal(after);
}

function terminated(why: string): NextStep {
  return { kind: "end", how: "terminate", why };
}

/** What the completion file says counts, whatever the queue made of it. */
function afterCompletion(after: AfterQueue): NextStep {
  const { completion = { status: "success" } } = after;
  return settled(after, completion.status === "failure", completionWords(completion));
}

function afterFinal(after: AfterQueue): NextStep {
  const { state } = after.outcome;
  switch (state) {
    case "completed":
    case "cancelled":
    case "failed":
      return settled(after, state === "failed", `its queue is ${state}`);
    case "interrupted":
      return { kind: "continue" };
    default:
      return unreachable(state);
  }
}

function settled(after: AfterQueue, failed: boolean, why: string): NextStep {
  const { onComplete, keepOnFailureMs, endedAt, now, wasStopped, keptUntil, latest } = after;
  if (onComplete === "keep" || (onComplete === "stop" && wasStopped)) return { kind: "keep", until: latest };
  const until = Math.min(keptUntil ?? endedAt + keepOnFailureMs, latest);
  if (failed && now < until) return { kind: "keep", until };
  return { kind: "end", how: onComplete, why };
}
