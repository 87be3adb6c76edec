import type { AttemptOutcome, QueueOutcome } from "@spawn/dag-core";
import { isCount, isOrdinal, isString, oneOf, unionOf } from "./guards.js";

export const isAttemptOutcome = unionOf<AttemptOutcome, "reason">("reason", {
  exit: { exitCode: isCount },
  signal: { signal: isOrdinal },
  timeout: {},
  oom: {},
  "start-failed": { message: isString },
  "host-lost": {},
  interrupted: {},
  cancelled: {},
  "never-started": {},
});

export const isQueueOutcome = unionOf<QueueOutcome, "state">("state", {
  completed: { reason: oneOf("completed") },
  failed: { reason: oneOf("job-failed", "global-timeout") },
  cancelled: { reason: oneOf("cancelled") },
  interrupted: { reason: oneOf("spot", "ttl", "shutdown") },
});
