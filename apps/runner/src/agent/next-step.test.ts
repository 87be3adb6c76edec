import { expect, it } from "vitest";
import { type AfterQueue, nextStep } from "./next-step.js";

const HOUR = 3_600_000;

const completed: AfterQueue = {
  outcome: { state: "completed", reason: "completed" },
  endedAt: 10 * HOUR,
  now: 10 * HOUR,
  isTold: false,
  isUnwanted: false,
  due: undefined,
  completion: undefined,
  onComplete: "terminate",
  keepOnFailureMs: HOUR,
  keptUntil: undefined,
  latest: 20 * HOUR,
  wasStopped: false,
};
const failed: AfterQueue = { ...completed, outcome: { state: "failed", reason: "job-failed" } };
const cancelled: AfterQueue = { ...completed, outcome: { state: "cancelled", reason: "cancelled" } };
const interrupted: AfterQueue = { ...completed, outcome: { state: "interrupted", reason: "shutdown" } };

const TERMINATE = { kind: "end", how: "terminate" };
const STOP = { kind: "end", how: "stop" };

it.each<[string, AfterQueue, object]>([
  ["ends after a queue that completed", completed, TERMINATE],
  ["ends after one that was cancelled", cancelled, TERMINATE],
  ["stops where that was asked for", { ...completed, onComplete: "stop" }, STOP],
  ["but once", { ...completed, onComplete: "stop", wasStopped: true }, { kind: "keep", until: 20 * HOUR }],
  ["stays where that was asked for", { ...failed, onComplete: "keep" }, { kind: "keep", until: 20 * HOUR }],
  ["stays for a while after a failure", failed, { kind: "keep", until: 11 * HOUR }],
  ["but not into its deadline", { ...failed, latest: 10.5 * HOUR }, { kind: "keep", until: 10.5 * HOUR }],
  [
    "and longer where it was extended",
    { ...failed, now: 12 * HOUR, keptUntil: 13 * HOUR },
    { kind: "keep", until: 13 * HOUR },
  ],
  ["and no longer", { ...failed, now: 11 * HOUR }, TERMINATE],
  ["ends at once after a failure where that was asked for", { ...failed, keepOnFailureMs: 0 }, TERMINATE],
  ["goes on with what was interrupted for a deadline that was put off", interrupted, { kind: "continue" }],
  [
    "ends when its service is stopped, and leaves the machine",
    { ...interrupted, isTold: true },
    { kind: "leave" },
  ],
  ["leaves it to EC2 to take the instance back", { ...interrupted, due: "spot" }, { kind: "await-reclaim" }],
  ["also when the queue had completed", { ...completed, due: "spot" }, { kind: "await-reclaim" }],
  ["ends when the instance is to go", { ...interrupted, isUnwanted: true }, TERMINATE],
  ["ends at its deadline, stopped or not", { ...interrupted, due: "ttl", onComplete: "stop" }, TERMINATE],
  ["ends while it is kept, at its deadline", { ...failed, due: "ttl" }, TERMINATE],
  ["ends while it is kept, when idle", { ...failed, due: "idle" }, TERMINATE],
  ["never for idleness while the queue has to go on", { ...interrupted, due: "idle" }, { kind: "continue" }],
  [
    "ends when the work is said to be complete",
    { ...interrupted, due: "completion", onComplete: "stop" },
    STOP,
  ],
  [
    "stays for a while when it is said to have failed",
    { ...interrupted, due: "completion", completion: { status: "failure" } },
    { kind: "keep", until: 11 * HOUR },
  ],
])("%s", (_, after, step) => {
  expect(nextStep(after)).toMatchObject(step);
});
