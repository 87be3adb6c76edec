import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { JobsRig } from "./jobs-rig.js";
import { test } from "./rig-test.js";

/** A schedule of each minute whose job is a queue. */
async function nightly(rig: CliRig): Promise<JobsRig> {
  const queue = new JobsRig(rig);
  const jobs = [
    { job_id: "prepare", command: "echo data > data.txt" },
    { job_id: "train", command: "cat data.txt >> trained.txt", depends_on: ["prepare"] },
  ];
  rig.queue({ queue_id: "nightly", jobs });
  const created = await queue.jobs(
    ...["schedule", "create", "--name", "nightly", "--type", "training", "--expr", "* * * * *"],
    ...["--config", '{"queue": "queue.json"}', "--priority", "7", "--max-retries", "1"],
  );
  expect(created.code, created.stderr).toBe(0);
  return queue;
}

describe("a schedule whose job is a queue", { timeout: 120_000 }, () => {
  test("is submitted by scheduler --once, once, and run by a worker", async ({ rig }) => {
    const queue = await nightly(rig);
    queue.makeDue();
    expect(await rig.run(["scheduler", "--once"])).toMatchObject({
      code: 0,
      stdout: "Created 1 job from schedules: 1\n",
    });
    expect(await rig.run(["scheduler", "--once"])).toMatchObject({ code: 0, stdout: "" });
    expect(await queue.job(1)).toMatchObject({ status: "pending", priority: 7, job_type: "training" });

    const worker = await rig.run(["worker", "--no-scheduler", "--max-jobs", "1"]);
    expect(worker.code, worker.stderr).toBe(0);
    expect(await queue.job(1)).toMatchObject({ status: "completed" });
    expect(rig.read("trained.txt")).toBe("data\n");
    expect((await rig.status("nightly")).status).toBe("completed");
    expect((await queue.jobs("logs", "1")).stdout).toMatch(
      /INFO: Launched queue nightly on local-\S+\n[\s\S]*prepare[\s\S]*train[\s\S]*completed/,
    );
  });

  test("is submitted by a worker as well, and each run has its own queue id", async ({ rig }) => {
    const queue = await nightly(rig);
    for (const [id, run] of [
      [1, "nightly"],
      [2, "nightly-2"],
    ] as const) {
      queue.makeDue();
      const worker = await rig.run(["worker", "--max-jobs", "1"]);
      expect(worker.code, worker.stderr).toBe(0);
      expect(worker.stderr).toContain(`Submitted 1 scheduled: job ${id}\n`);
      expect(await queue.job(id)).toMatchObject({ status: "completed" });
      expect((await rig.status(run)).status).toBe("completed");
      expect((await queue.jobs("show", String(id))).stderr).toBe(`\nIts queue: spawn queue status ${run}\n`);
    }
    expect(rig.read("trained.txt")).toBe("data\ndata\n");
    expect(rig.leftovers()).toEqual([]);
  });

  test("has one job for one time, however many schedulers there are", async ({ rig }) => {
    const queue = await nightly(rig);
    queue.makeDue();
    const schedulers = [1, 2, 3].map(() => rig.start(["scheduler", "--once"]));
    const said = await Promise.all(schedulers.map(({ result }) => result));
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(said.map(({ stdout }) => stdout).sort()).toEqual(["", "", "Created 1 job from schedules: 1\n"]);
    expect(await queue.states()).toEqual(["1 pending"]);
  });

  test("whose queue file is gone fails its jobs, and says so", async ({ rig }) => {
    const queue = await nightly(rig);
    await queue.jobs("schedule", "disable", "nightly");
    queue.makeDue();
    expect((await rig.run(["scheduler", "--once"])).stdout).toBe("");
    await queue.jobs("schedule", "enable", "nightly");
    queue.makeDue();
    await rig.startProgram("rm", ["queue.json"]).result;
    const worker = await rig.run(["worker", "--max-jobs", "1"]);
    expect(worker.code, worker.stderr).toBe(0);
    const job = await queue.job(1);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toMatch(/there is no queue file \/.*queue\.json/);
    const stats = await queue.jobs("stats", "--by-error");
    expect(stats.stdout).toContain("  1: there is no queue file");
  });

  test("is submitted by a scheduler that goes on until it is told to stop", async ({ rig }) => {
    const queue = await nightly(rig);
    queue.makeDue();
    const scheduler = rig.start(["scheduler"]);
    await scheduler.line(/^Created 1 job from schedules: 1$/);
    scheduler.signal("SIGTERM");
    expect((await scheduler.result).code).toBe(0);
    expect(await queue.states()).toEqual(["1 pending"]);
  });
});
