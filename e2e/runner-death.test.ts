import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";
import { waitForFile } from "./wait-for-file.js";

/** SIGKILL: it can neither notice nor tidy up. */
function killRunner(rig: CliRig): void {
  process.kill(rig.runnerPid(), "SIGKILL");
}

/** As `killRunner`, where the queue may already be over. */
function killRunnerIfAny(rig: CliRig): void {
  try {
    killRunner(rig);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** How often each job's command has begun, by the lines it wrote. */
function runs(rig: CliRig, jobs: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(jobs.map((job) => [job, rig.read(`ran.${job}`).trim().split("\n")]));
}

/** A command that leaves a line with its attempt number each time it begins. */
function noted(job: string, command: string): string {
  return `echo $JOB_ATTEMPT >> ran.${job}; ${command}`;
}

describe("when the runner is killed", () => {
  test("attempts go on without it; the next runner takes one over and the other's outcome", async ({
    rig,
  }) => {
    const [ends, stays] = [rig.gate("ends"), rig.gate("stays")];
    const file = rig.queue({
      queue_id: "orphaned",
      max_parallel: 2,
      jobs: [
        { job_id: "ends", command: noted("ends", `${ends.command}; echo late`) },
        {
          job_id: "stays",
          command: noted("stays", `${stays.command}; exit 3`),
          retry_count: 2,
          retry_delay: "50ms",
        },
        { job_id: "after", command: noted("after", "true"), depends_on: ["ends", "stays"] },
      ],
    });
    await rig.launch(file);
    await Promise.all([ends.reached(), stays.reached()]);
    killRunner(rig);

    expect(await rig.status("orphaned")).toMatchObject({ status: "interrupted", reason: "runner-lost" });
    const { stdout } = await rig.run(["queue", "status", "orphaned"]);
    expect(stdout).toContain("spawn queue resume");

    ends.open();
    await waitForFile(rig.instancePath("var/lib/spawn-queue/claims/ends.1"), (claim) =>
      claim.includes("exit 0"),
    );
    expect((await rig.run(["queue", "resume", "orphaned"])).code).toBe(0);
    // When it ended, not when that was found.
    await rig.journaled(['"attempt-ended"', '"ends"', '"endedAt"']);
    stays.open();
    await stays.reached(2);
    stays.open();
    const status = await rig.ended("orphaned");
    expect(outcomes(status)).toEqual({ ends: "completed 1/1", stays: "failed 2/2", after: "blocked 0/1" });
    expect(jobOf(status, "stays").previous_attempts).toMatchObject([
      { attempt: 1, reason: "exit", exit_code: 3 },
    ]);
    expect(runs(rig, ["ends", "stays"])).toEqual({ ends: ["1"], stays: ["1", "2"] });
    const logs = await rig.run(["queue", "logs", "orphaned", "ends"]);
    expect(logs.stdout.match(/late/g)).toHaveLength(1);
    expect(rig.leftovers()).toEqual([]);
  });

  test("whoever follows its logs is told so, and how to go on", async ({ rig }) => {
    const gate = rig.gate("held");
    const jobs = [{ job_id: "held", command: `echo before; ${gate.command}` }];
    await rig.launch(rig.queue({ queue_id: "followed", jobs }));
    const following = rig.start(["queue", "logs", "followed", "held", "-f"]);
    await Promise.all([gate.reached(), following.line(/before/)]);
    killRunner(rig);
    const { code, stderr } = await following.result;
    expect(code).toBe(1);
    expect(stderr).toContain("its runner is gone");
    expect(stderr).toMatch(/held may go on\. .*: spawn queue logs \S+ held --raw/);
    expect(stderr).toContain("spawn queue resume ");
    const explained = await rig.run(["queue", "explain", "followed", "held"]);
    expect(explained.stdout).toContain("held was running when its runner went");
    gate.open();
    expect((await rig.run(["queue", "resume", "followed"])).code).toBe(0);
    expect((await rig.ended("followed")).status).toBe("completed");
  });

  test("at each job of a chain in turn, every command still runs once", async ({ rig }) => {
    const names = ["a", "b", "c", "d"];
    const gates = names.map((name) => ({ name, gate: rig.gate(name) }));
    const jobs = gates.map(({ name, gate }, i) => ({
      job_id: name,
      command: noted(name, gate.command),
      depends_on: names.slice(Math.max(0, i - 1), i),
    }));
    await rig.launch(rig.queue({ queue_id: "chain", jobs }));
    for (const { gate } of gates) {
      await gate.reached();
      killRunner(rig);
      gate.open();
      expect((await rig.run(["queue", "resume", "chain"])).code).toBe(0);
    }
    expect((await rig.ended("chain")).status).toBe("completed");
    expect(runs(rig, names)).toEqual({ a: ["1"], b: ["1"], c: ["1"], d: ["1"] });
  });

  test("while a job waits for its next attempt, the wait goes on and the attempt comes", async ({ rig }) => {
    const command = noted("flaky", "date +%s%N >> times; test $JOB_ATTEMPT -eq 2");
    const jobs = [{ job_id: "flaky", command, retry_count: 2, retry_delay: "1500ms" }];
    await rig.launch(rig.queue({ queue_id: "waiting", jobs }));
    await rig.journaled(['"attempt-ended"', '"flaky"']);
    killRunner(rig);
    expect((await rig.run(["queue", "resume", "waiting"])).code).toBe(0);
    expect(outcomes(await rig.ended("waiting"))).toEqual({ flaky: "completed 2/2" });
    expect(runs(rig, ["flaky"])).toEqual({ flaky: ["1", "2"] });
    const [first = 0n, second = 0n] = rig.read("times").trim().split("\n").map(BigInt);
    expect(second - first).toBeGreaterThanOrEqual(1_500_000_000n);
  });

  test("past an attempt's timeout, the next runner ends it", async ({ rig }) => {
    const gate = rig.gate("late");
    const jobs = [{ job_id: "late", command: noted("late", `${gate.command}; sleep 600`), timeout: "1s" }];
    await rig.launch(rig.queue({ queue_id: "overdue", jobs }));
    await gate.reached();
    killRunner(rig);
    gate.open();
    expect((await rig.run(["queue", "resume", "overdue"])).code).toBe(0);
    const status = await rig.ended("overdue");
    expect(jobOf(status, "late")).toMatchObject({ status: "failed", reason: "timeout" });
    expect(rig.leftovers()).toEqual([]);
  });

  // After its k-th record: before the first start, between start and record, between end and upload, …
  const moments =
    process.env.SPAWN_LONG === "1" ? Array.from({ length: 12 }, (_, k) => k + 1) : [1, 3, 4, 6, 8];
  test.for(moments)("after record %i of its journal, every command still runs once", async (k, { rig }) => {
    const jobs = [
      { job_id: "a", command: noted("a", "true") },
      { job_id: "b", command: noted("b", "true"), depends_on: ["a"] },
      { job_id: "c", command: noted("c", "true"), depends_on: ["b"] },
    ];
    await rig.launch(rig.queue({ queue_id: "cut", jobs }));
    const journal = rig.instancePath("var/lib/spawn-queue/journal.jsonl");
    // The header is a line of its own.
    await waitForFile(journal, (text) => text.split("\n").length - 1 > k);
    killRunnerIfAny(rig);
    const before = await rig.status("cut");
    if (before.status === "interrupted") expect((await rig.run(["queue", "resume", "cut"])).code).toBe(0);
    const status = await rig.ended("cut");
    expect(outcomes(status)).toEqual({ a: "completed 1/1", b: "completed 1/1", c: "completed 1/1" });
    // An attempt that was announced and never began keeps its number: the command then runs as the next one.
    for (const [job, attempts] of Object.entries(runs(rig, ["a", "b", "c"])))
      expect(attempts, job).toHaveLength(1);
  });
});
