import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { pendingEffects } from "./pending-effects.js";

const a: DagJob = { id: "a", dependsOn: [], timeoutMs: 1000 };
const at = (t: number) => ({ t, job: "a", attempt: 1 });

describe("pendingEffects", () => {
  test("holds starts, stops, alarms, and at the end the outcome alone", () => {
    const retry = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 70, maxDelayMs: 70, jitter: 0 } as const;
    const run = new HandDrivenRun({
      globalTimeoutMs: 9000,
      jobs: [a, { ...a, id: "c" }, { id: "d", dependsOn: [], retry }],
    });
    run.start("c", "a");
    run.fail("d");
    run.send({ type: "attempt-timed-out", t: 1000, job: "c", attempt: 1 });
    expect(pendingEffects(run.state)).toEqual([
      { type: "wake-at", t: 9000, event: { type: "global-timeout-reached", t: 9000 } },
      { type: "start-attempt", job: "a", attempt: 1 },
      { type: "wake-at", t: 1000, event: { type: "attempt-timed-out", ...at(1000) } },
      { type: "start-attempt", job: "c", attempt: 1 },
      { type: "stop-attempt", job: "c", attempt: 1, cause: "timeout" },
      { type: "wake-at", t: 70, event: { type: "backoff-elapsed", t: 70, job: "d", attempt: 1 } },
    ]);
    run.end("a");
    run.end("c", { reason: "timeout" });
    expect(pendingEffects(run.state)).toEqual([
      { type: "finish-queue", outcome: { state: "failed", reason: "job-failed" } },
    ]);
  });
});
