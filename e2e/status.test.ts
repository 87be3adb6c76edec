import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import { jobOf } from "./status-json.js";

describe("spawn queue status", () => {
  test("--json keeps to the published schema, and tells the truth, at every moment of a run", async ({
    rig,
  }) => {
    const first = rig.gate("first");
    const again = rig.gate("again");
    const file = rig.queue({
      queue_id: "watched",
      jobs: [
        { job_id: "first", command: `echo step 3 of 9; ${first.command}` },
        {
          job_id: "again",
          command: `${again.command}; exit 1`,
          depends_on: ["first"],
          retry_count: 2,
          retry_delay: "10m",
        },
        { job_id: "last", command: "true", depends_on: ["again"] },
      ],
    });
    await rig.launch(file);

    await first.reached();
    await rig.journaled(['"attempt-started"', '"first"']);
    const running = await rig.status("watched");
    expect(running).toMatchObject({ status: "running", jobs: { total: 3, running: 1, pending: 2 } });
    const job = jobOf(running, "first");
    expect(job).toMatchObject({ status: "running", attempts: 1 });
    expect(() => process.kill(job.pid ?? 0, 0)).not.toThrow();
    expect(jobOf(running, "last")).toMatchObject({ blocked_by: ["again"] });
    first.open();

    await again.reached();
    again.open();
    await rig.journaled(['"attempt-ended"', '"again"']);
    expect(jobOf(await rig.status("watched"), "again")).toMatchObject({ status: "retrying", attempts: 1 });

    await rig.run(["queue", "cancel", "watched"]);
    expect(await rig.ended("watched")).toMatchObject({
      status: "cancelled",
      jobs: { completed: 1, cancelled: 2, running: 0, pending: 0 },
    });
  });

  test("is a schema-valid status however often one looks at a fast queue", async ({ rig }) => {
    const jobs = Array.from({ length: 30 }, (_, i) => ({
      job_id: `job-${i}`,
      command: `echo ${i}0%; test $JOB_ATTEMPT -gt ${i % 2}`,
      depends_on: i < 3 ? [] : [`job-${i - 3}`],
      retry_count: 2,
      retry_delay: "20ms",
    }));
    await rig.launch(rig.queue({ queue_id: "fast", jobs }));
    let looks = 0;
    for (;;) {
      looks += 1;
      const status = await rig.status("fast");
      if (status.status !== "running" && status.status !== "pending") {
        expect(status.status).toBe("completed");
        break;
      }
    }
    expect(looks).toBeGreaterThan(0);
  });

  test("--watch ends with the queue, with its exit code; --json prints one status a line", async ({
    rig,
  }) => {
    const gate = rig.gate("step");
    const file = rig.queue({
      queue_id: "watch-me",
      jobs: [{ job_id: "step", command: `${gate.command}; exit 5` }],
    });
    await rig.launch(file);
    const watching = rig.start(["queue", "status", "watch-me", "--watch", "--refresh", "100ms", "--json"]);
    await watching.line(/"running"/);
    gate.open();
    const { code, stdout } = await watching.result;
    expect(code).toBe(1);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ queue_id: "watch-me", status: "failed" });
  });

  test("--watch lets go at Ctrl-C with exit code 130, and the queue goes on", async ({ rig }) => {
    const gate = rig.gate("step");
    await rig.launch(
      rig.queue({ queue_id: "left-alone", jobs: [{ job_id: "step", command: gate.command }] }),
    );
    await gate.reached();
    const watching = rig.start(["queue", "status", "left-alone", "--watch", "--refresh", "100ms"]);
    await watching.line(/Status: running/);
    watching.signal("SIGINT");
    const { code, stderr } = await watching.result;
    expect(code).toBe(130);
    expect(stderr).toContain("spawn queue status");
    gate.open();
    expect((await rig.ended("left-alone")).status).toBe("completed");
  });

  test("text names every job with its state", async ({ rig }) => {
    const file = rig.queue({
      queue_id: "shown",
      jobs: [
        { job_id: "good", command: "true" },
        { job_id: "bad", command: "exit 9", depends_on: ["good"] },
        { job_id: "never", command: "true", depends_on: ["bad"] },
      ],
    });
    await rig.runQueue(file);
    const { code, stdout } = await rig.run(["queue", "status", "shown"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Queue: shown$/m);
    expect(stdout).toMatch(/^Status: failed/m);
    expect(stdout).toMatch(/^Containment: (cgroup v[12]|process groups) \(.+\)$/m);
    expect(stdout).toMatch(/good +completed .*Attempts: 1\/1 +Exit: 0/);
    expect(stdout).toMatch(/bad +failed .*Attempts: 1\/1 +Exit: 9/);
    expect(stdout).toMatch(/never +blocked +.*Blocked by: bad/);
  });
});
