import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";

describe("spawn queue resume", () => {
  test("after the problem is fixed runs what did not complete, with the next attempt numbers", async ({
    rig,
  }) => {
    const file = rig.queue({
      queue_id: "fixable",
      jobs: [
        { job_id: "good", command: "echo $JOB_ATTEMPT >> good" },
        {
          job_id: "bad",
          command: "echo $JOB_ATTEMPT >> bad; test -e fixed",
          depends_on: ["good"],
          retry_count: 2,
          retry_delay: "50ms",
        },
        { job_id: "after", command: "echo $JOB_ATTEMPT >> after", depends_on: ["bad"] },
      ],
    });
    await rig.launch(file);
    expect(outcomes(await rig.ended("fixable"))).toEqual({
      good: "completed 1/1",
      bad: "failed 2/2",
      after: "blocked 0/1",
    });

    rig.write("fixed", "");
    const resumed = await rig.run(["queue", "resume", "fixable"]);
    expect(resumed.code).toBe(0);
    expect(resumed.stdout + resumed.stderr).toMatch(/bad/);
    const status = await rig.ended("fixable");
    expect(outcomes(status)).toEqual({ good: "completed 1/1", bad: "completed 1/2", after: "completed 1/1" });
    expect(jobOf(status, "bad").attempt).toBe(3);
    expect(rig.read("good")).toBe("1\n");
    expect(rig.read("bad")).toBe("1\n2\n3\n");
    expect(rig.read("after")).toBe("1\n");
  });

  test("of a completed queue runs a named job and all downstream of it again", async ({ rig }) => {
    const file = rig.queue({
      queue_id: "again",
      jobs: [
        { job_id: "a", command: "echo x >> a" },
        { job_id: "b", command: "echo x >> b", depends_on: ["a"] },
        { job_id: "c", command: "echo x >> c", depends_on: ["b"] },
        { job_id: "d", command: "echo x >> d", depends_on: ["a"] },
      ],
    });
    await rig.runQueue(file);
    const nothing = await rig.run(["queue", "resume", "again"]);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain("--rerun");

    expect((await rig.run(["queue", "resume", "again", "--rerun", "b"])).code).toBe(0);
    expect((await rig.ended("again")).status).toBe("completed");
    expect(["a", "b", "c", "d"].map((name) => rig.read(name).split("\n").length - 1)).toEqual([1, 2, 2, 1]);
  });

  test("of a running queue is an error", async ({ rig }) => {
    const gate = rig.gate("step");
    await rig.launch(rig.queue({ queue_id: "busy", jobs: [{ job_id: "step", command: gate.command }] }));
    await gate.reached();
    const { code, stderr } = await rig.run(["queue", "resume", "busy"]);
    expect(code).toBe(1);
    expect(stderr).toContain("running");
    gate.open();
    expect((await rig.ended("busy")).status).toBe("completed");
  });
});
