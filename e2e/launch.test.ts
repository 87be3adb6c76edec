import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";

/** A queue of one job that waits at a gate, then leaves a result. */
function gatedQueue(rig: CliRig, queueId: string): { file: string; gate: ReturnType<CliRig["gate"]> } {
  const gate = rig.gate(queueId);
  const command = `echo before; ${gate.command}; echo after; echo done > ${queueId}.txt`;
  const jobs = [{ job_id: "step", command, result_files: [`${queueId}.txt`] }];
  return { file: rig.queue({ queue_id: queueId, jobs }, `${queueId}.json`), gate };
}

describe("spawn launch --provider local", () => {
  test("returns at once; the queue is found by instance, name, queue id and last; logs and results follow", async ({
    rig,
  }) => {
    const { file, gate } = gatedQueue(rig, "pipeline");
    const launched = await rig.launch(file, ["--name", "mine"]);
    expect(launched).toMatchObject({ queue_id: "pipeline", provider: "local", state: "running" });
    expect(launched.instance_id).toMatch(/^local-/);
    await gate.reached();
    for (const ref of [launched.instance_id, "mine", "pipeline", "last"]) {
      expect(await rig.status(ref), ref).toMatchObject({ queue_id: "pipeline", status: "running" });
    }

    const following = rig.start(["queue", "logs", "pipeline", "step", "-f"]);
    await following.line(/before/);
    gate.open();
    const followed = await following.result;
    expect(followed.code).toBe(0);
    expect(followed.stdout).toContain("after");

    expect(outcomes(await rig.ended("pipeline"))).toEqual({ step: "completed 1/1" });
    const results = await rig.run(["queue", "results", "pipeline"]);
    expect(results.code).toBe(0);
    expect(rig.read("results/pipeline/step/results/pipeline.txt")).toBe("done\n");
    expect(rig.leftovers()).toEqual([]);
  });

  test("with --wait stays until the queue is over, and takes its exit code", async ({ rig }) => {
    const file = rig.queue({ queue_id: "waited", jobs: [{ job_id: "bad", command: "exit 2" }] });
    const failed = await rig.run(["launch", "--provider", "local", "--batch-queue", file, "--wait"]);
    expect(failed.code).toBe(1);

    const { file: slow } = gatedQueue(rig, "slow");
    const args = [
      "launch",
      "--provider",
      "local",
      "--batch-queue",
      slow,
      "--wait",
      "--wait-timeout",
      "500ms",
    ];
    expect((await rig.run(args)).code).toBe(124);
    expect((await rig.status("slow")).status).toBe("running");
  });

  test("gives a taken queue id the next free name, and says so", async ({ rig }) => {
    const file = rig.queue({ queue_id: "same", jobs: [{ job_id: "a", command: "true" }] });
    expect((await rig.launch(file)).queue_id).toBe("same");
    const second = await rig.run(["launch", "--provider", "local", "--batch-queue", file]);
    expect(second.code).toBe(0);
    expect(second.stdout + second.stderr).toContain("same-2");
    expect((await rig.launch(file)).queue_id).toBe("same-3");
    expect(await rig.ended("same-3")).toMatchObject({ status: "completed", queue_id: "same-3" });
  });

  test("runs two queues at once, apart from each other", async ({ rig }) => {
    const one = gatedQueue(rig, "one");
    const two = gatedQueue(rig, "two");
    await Promise.all([rig.launch(one.file), rig.launch(two.file)]);
    await Promise.all([one.gate.reached(), two.gate.reached()]);
    two.gate.open();
    expect((await rig.ended("two")).status).toBe("completed");
    expect((await rig.status("one")).status).toBe("running");
    one.gate.open();
    expect((await rig.ended("one")).status).toBe("completed");
  });

  test("asks for a place when there is none, and does nothing", async ({ rig }) => {
    const file = rig.queue({ jobs: [{ job_id: "a", command: "touch ran" }] });
    const { code, stderr } = await rig.run(["launch", "--batch-queue", file]);
    expect(code).toBe(2);
    expect(stderr).toContain("--provider");
    const list = await rig.run(["list", "--format", "json", "--state", "all"]);
    expect(JSON.parse(list.stdout)).toEqual([]);
  });
});

describe("instances", () => {
  test("are listed newest first, connected to, and terminated with all that runs on them", async ({
    rig,
  }) => {
    const { file, gate } = gatedQueue(rig, "first");
    const first = await rig.launch(file, ["--name", "elder"]);
    await gate.reached();
    const second = await rig.launch(
      rig.queue({ queue_id: "second", jobs: [{ job_id: "a", command: "true" }] }),
    );
    await rig.ended("second");

    const list = await rig.run(["list", "--format", "json", "--state", "all"]);
    expect(JSON.parse(list.stdout)).toMatchObject([
      { instance_id: second.instance_id },
      { instance_id: first.instance_id, name: "elder", state: "running" },
    ]);
    const quiet = await rig.run(["list", "--quiet", "--state", "all"]);
    expect(quiet.stdout.trim().split("\n")).toEqual([second.instance_id, first.instance_id]);

    const connected = await rig.run([
      "connect",
      "elder",
      "-c",
      "cat var/run/spawn-queue/current-job; exit 6",
    ]);
    expect(connected.stdout.trim()).toBe("step");
    expect(connected.code).toBe(6);

    expect((await rig.run(["terminate", "elder", "-y"])).code).toBe(0);
    expect(rig.leftovers()).toEqual([]);
    expect(await rig.status(first.instance_id)).toMatchObject({ status: "interrupted" });
    const shown = await rig.run(["status", first.instance_id, "--json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ instance_id: first.instance_id, state: "terminated" });
  });
});

describe("spawn queue explain", () => {
  test("says why a job did not run, and why one failed", async ({ rig }) => {
    const file = rig.queue({
      queue_id: "why",
      jobs: [
        { job_id: "bad", command: "exit 42" },
        { job_id: "after", command: "true", depends_on: ["bad"] },
      ],
    });
    await rig.runQueue(file);
    const bad = await rig.run(["queue", "explain", "why", "bad"]);
    expect(bad.code).toBe(0);
    expect(bad.stdout).toMatch(/failed/);
    expect(bad.stdout).toMatch(/42/);
    const after = await rig.run(["queue", "explain", "why", "after"]);
    expect(after.stdout).toMatch(/blocked/);
    expect(after.stdout).toMatch(/bad/);
    expect((await rig.run(["queue", "explain", "why", "nobody"])).code).toBe(3);
  });
});

describe("the reported pid", () => {
  test("sent TERM by a person ends the attempt, which is tried again", async ({ rig }) => {
    const gate = rig.gate("step");
    const command = `test $JOB_ATTEMPT -gt 1 || { ${gate.command}; sleep 600; }`;
    const jobs = [{ job_id: "step", command, retry_count: 2, retry_delay: "50ms" }];
    await rig.launch(rig.queue({ queue_id: "by-hand", jobs }));
    await gate.reached();
    await rig.journaled(['"attempt-started"', '"step"']);
    process.kill(jobOf(await rig.status("by-hand"), "step").pid ?? 0, "SIGTERM");
    const status = await rig.ended("by-hand");
    expect(outcomes(status)).toEqual({ step: "completed 2/2" });
    expect(jobOf(status, "step").previous_attempts).toMatchObject([{ attempt: 1, reason: "signal" }]);
  });
});
