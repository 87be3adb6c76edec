import { existsSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";

/**
 * Two jobs run side by side. One fails; the other waits for what the first one's handler says, so that it is certainly
 * still running when the failure counts.
 */
function failingQueue(onFailure: "stop" | "continue"): Record<string, unknown> {
  return {
    on_failure: onFailure,
    max_parallel: 2,
    environment: { ASIDE: "echo $SPAWN_QUEUE_STATUS $SPAWN_FAILED_JOBS" },
    jobs: [
      { job_id: "prepare", command: "mkfifo word" },
      { job_id: "bad", command: "exit 4", depends_on: ["prepare"], on_failure: "tell" },
      { job_id: "good", command: "read -r w < word; test $w = told", depends_on: ["prepare"] },
      { job_id: "free", command: "touch free", depends_on: ["prepare"] },
      { job_id: "after-bad", command: "touch never", depends_on: ["bad"] },
      { job_id: "after-good", command: "touch after-good", depends_on: ["good"] },
      { job_id: "tell", command: 'eval "$ASIDE" > told; echo told > word' },
      { job_id: "untold", command: "touch never" },
      { job_id: "quiet", command: "true", depends_on: ["prepare"], on_failure: "untold" },
      { job_id: "bye", command: 'eval "$ASIDE" > bye', always_run: true },
    ],
  };
}

describe("after a failure", () => {
  test("stop: what runs finishes, the handler and always_run jobs run, nothing else starts", async ({
    rig,
  }) => {
    const { result, status } = await rig.runQueue(rig.queue(failingQueue("stop")));
    expect(result.code).toBe(1);
    expect(status.first_failure).toBe("bad");
    expect(outcomes(status)).toEqual({
      prepare: "completed 1/1",
      bad: "failed 1/1",
      good: "completed 1/1",
      free: "cancelled 0/1",
      "after-bad": "blocked 0/1",
      "after-good": "cancelled 0/1",
      tell: "completed 1/1",
      untold: "skipped 0/1",
      quiet: "cancelled 0/1",
      bye: "completed 1/1",
    });
    expect(jobOf(status, "free").reason).toBe("queue-stopped");
    expect(jobOf(status, "untold").reason).toBe("not-triggered");
    expect(rig.read("told").trim()).toBe("failed bad");
    expect(rig.read("bye").trim()).toBe("failed bad");
    expect(existsSync(`${rig.cwd}/never`)).toBe(false);
  });

  test("continue: all that is not downstream of the failure goes on", async ({ rig }) => {
    const { result, status } = await rig.runQueue(rig.queue(failingQueue("continue")));
    expect(result.code).toBe(1);
    expect(outcomes(status)).toEqual({
      prepare: "completed 1/1",
      bad: "failed 1/1",
      good: "completed 1/1",
      free: "completed 1/1",
      "after-bad": "blocked 0/1",
      "after-good": "completed 1/1",
      tell: "completed 1/1",
      untold: "skipped 0/1",
      quiet: "completed 1/1",
      bye: "completed 1/1",
    });
    expect(rig.read("bye").trim()).toBe("failed bad");
  });

  test("an always_run job of a good queue is told that all went well", async ({ rig }) => {
    const file = rig.queue({
      jobs: [
        { job_id: "good", command: "true" },
        { job_id: "bye", command: 'echo "$SPAWN_QUEUE_STATUS/$SPAWN_FAILED_JOBS" > bye', always_run: true },
      ],
    });
    const { result } = await rig.runQueue(file);
    expect(result.code).toBe(0);
    expect(rig.read("bye")).toMatch(/^\w+\/\n$/);
    expect(rig.read("bye")).not.toContain("failed");
  });
});
