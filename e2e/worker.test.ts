import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { JobsRig } from "./jobs-rig.js";
import { test } from "./rig-test.js";

describe("a worker that is killed", { timeout: 180_000 }, () => {
  test("loses its command's run, not its job: the next one ends what it left, and uses up no retry", async ({
    rig,
  }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("training");
    const id = await queue.submit({ command: `echo $$ >> pids; ${gate.command}; echo trained` });
    const killed = await queue.worker(["--worker-id", "worker-01"]);
    await gate.reached();
    killed.signal("SIGKILL");
    await killed.result;

    // Nobody helps here: the job is taken over when its lease has run out.
    const next = await queue.worker(["--worker-id", "worker-02", "--max-jobs", "1"]);
    await next.line(/^Ended 1 command of workers that are gone\.$/);
    const [first] = rig.read("pids").split("\n");
    expect(() => process.kill(Number(first), 0)).toThrow("ESRCH");
    gate.open();
    const said = await next.result;
    expect(said.code, said.stderr).toBe(0);
    expect(said.stderr).toMatch(/✓ job 1 \(training\) completed/);

    expect(await queue.job(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-02",
      retry_count: 0,
      error_message: null,
    });
    const log = (await queue.jobs("logs", String(id))).stdout;
    expect(log.match(/WARNING: worker worker-01 was lost while it ran the job/g)).toHaveLength(1);
    expect(log.match(/INFO: trained/g)).toHaveLength(1);
    expect(log.match(/Attempt 1 of 4 starts/g)).toHaveLength(2);
    expect(rig.read("pids").trim().split("\n")).toHaveLength(2);
    expect(rig.leftovers()).toEqual([]);
  });

  test("leaves its queue running: the next one follows it, and launches no second", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("step");
    const jobs = [
      { job_id: "first", command: gate.command },
      { job_id: "second", command: "echo two > two.txt", depends_on: ["first"] },
    ];
    const id = await queue.submit({ queue: rig.queue({ queue_id: "nightly", jobs }) });
    const killed = await queue.worker();
    await gate.reached();
    killed.signal("SIGKILL");
    await killed.result;
    queue.endLeases();

    const next = await queue.worker(["--worker-id", "worker-02", "--max-jobs", "1"]);
    const log = queue.follow(id);
    await log.line(/INFO: Goes on with queue nightly on local-/);
    gate.open();
    expect((await log.result).stderr).toContain(`Job ${id} completed`);
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-02",
      retry_count: 0,
    });
    expect(rig.instances).toHaveLength(1);
    expect(rig.read("step.arrivals").trim().split("\n")).toEqual(["1"]);
    expect(rig.read("two.txt")).toBe("two\n");
    expect((await rig.status("nightly")).status).toBe("completed");
    expect(rig.leftovers()).toEqual([]);
  });

  test("learns of a queue's end that came while nobody looked, and of its failure", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("step");
    const jobs = [{ job_id: "train", command: `${gate.command}; exit 3` }];
    const config = { queue: rig.queue({ queue_id: "nightly", jobs }) };
    const id = await queue.submit(config, "--max-retries", "0");
    const killed = await queue.worker();
    await gate.reached();
    killed.signal("SIGKILL");
    await killed.result;
    gate.open();
    expect((await rig.ended("nightly")).status).toBe("failed");
    queue.endLeases();
    const next = await rig.run(["worker", "--max-jobs", "1"]);
    expect(next.stderr).toMatch(
      /✗ job 1 \(training\) failed \(queue nightly failed: job train: exit code 3\)/,
    );
    expect(await queue.job(id)).toMatchObject({
      status: "failed",
      error_message: "queue nightly failed: job train: exit code 3",
    });
    expect(rig.instances).toHaveLength(1);
  });

  test("three times in a row fails the job, which would kill every worker", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("deadly");
    const id = await queue.submit({ command: gate.command });
    for (const round of [1, 2, 3]) {
      const worker = await queue.worker();
      await gate.reached(round);
      worker.signal("SIGKILL");
      await worker.result;
      queue.endLeases();
    }
    const other = await queue.submit({ command: "true" });
    expect((await rig.run(["worker", "--max-jobs", "1"])).code).toBe(0);
    const job = await queue.job(id);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toMatch(/was lost while it ran the job, 3 times in a row/);
    expect(await queue.job(other)).toMatchObject({ status: "completed" });
    expect(rig.leftovers()).toEqual([]);
  });
});

describe("a job that is cancelled while it runs", { timeout: 120_000 }, () => {
  test("is a command: all that it has started is ended", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("training");
    const id = await queue.submit({ command: `(setsid sleep 1000 &); sleep 1000 & ${gate.command}` });
    const worker = await queue.worker(["--max-jobs", "1"]);
    await gate.reached();
    const cancelled = await queue.jobs("cancel", String(id));
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringContaining(`Cancelling job ${id}: `) });
    expect(await queue.over(id)).toMatchObject({ status: "cancelled", retry_count: 0 });
    const said = await worker.result;
    expect(said.code, said.stderr).toBe(0);
    expect(said.stderr).toMatch(/⊗ job 1 \(training\) cancelled/);
    expect(rig.leftovers()).toEqual([]);
  });

  test("is a queue: it is cancelled as by queue cancel, with its cleanup", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("step");
    const jobs = [
      { job_id: "train", command: gate.command },
      { job_id: "next", command: "touch next.txt", depends_on: ["train"] },
      { job_id: "tidy", command: "touch tidy.txt", always_run: true },
    ];
    const id = await queue.submit({ queue: rig.queue({ queue_id: "nightly", jobs }) });
    const worker = await queue.worker(["--max-jobs", "1"]);
    await gate.reached();
    await queue.jobs("cancel", String(id));
    expect(await queue.over(id)).toMatchObject({
      status: "cancelled",
      error_message: "queue nightly was cancelled",
    });
    expect((await worker.result).code).toBe(0);
    expect((await rig.status("nightly")).status).toBe("cancelled");
    expect(rig.read("tidy.txt")).toBe("");
    expect(() => rig.read("next.txt")).toThrow("ENOENT");
    expect(rig.leftovers()).toEqual([]);
  });

  test("is a queue whose worker was killed: the next worker cancels it", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("step");
    const id = await queue.submit({
      queue: rig.queue({ queue_id: "nightly", jobs: [{ job_id: "train", command: gate.command }] }),
    });
    const killed = await queue.worker();
    await gate.reached();
    killed.signal("SIGKILL");
    await killed.result;
    queue.endLeases();
    expect((await queue.jobs("cancel", String(id))).stdout).toMatch(/was lost, the next worker ends it\n$/);
    const next = await queue.worker();
    expect(await queue.over(id)).toMatchObject({ status: "cancelled" });
    expect((await rig.ended("nightly")).status).toBe("cancelled");
    next.signal("SIGTERM");
    expect((await next.result).code).toBe(0);
    expect(rig.leftovers()).toEqual([]);
  });

  test("cannot be retried before it is over", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("training");
    const id = await queue.submit({ command: gate.command });
    const worker = await queue.worker(["--max-jobs", "1"]);
    await gate.reached();
    const retried = await queue.jobs("retry", String(id));
    expect(retried.code).toBe(1);
    expect(retried.stderr).toContain(`job ${id} is running: only a failed or cancelled job can be retried`);
    gate.open();
    await worker.result;
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
  });
});

describe("jobs logs -f", { timeout: 120_000 }, () => {
  test("shows lines as they come, and ends with the job", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("middle");
    const id = await queue.submit({
      command: `echo begun; ${gate.command}; echo 'nearly there' >&2; exit 4`,
    });
    const last = ["--max-retries", "0"];
    const other = await queue.submit({ command: "echo last" }, ...last);
    const log = queue.follow(id);
    const worker = await queue.worker(["--max-jobs", "1"]);
    await log.line(/INFO: begun$/);
    gate.open();
    await log.line(/WARNING: nearly there$/);
    await log.line(/ERROR: exit code 4: nearly there$/);
    // It is tried again in a minute: the log goes on with that.
    await worker.result;
    log.signal("SIGINT");
    const left = await log.result;
    expect(left.code).toBe(130);
    expect(left.stderr).toContain("the job goes on");

    await rig.run(["worker", "--max-jobs", "1"]);
    const lines = (await queue.jobs("logs", String(other), "-f", "--json")).stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { job_id: other, level: "INFO", message: expect.stringContaining("Attempt 1 of 1 starts on ") },
      { job_id: other, level: "INFO", message: "last" },
    ]);
  });
});

describe("a worker that is told to stop", { timeout: 120_000 }, () => {
  test("lets what runs finish within the grace, and takes nothing more", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("training");
    await queue.submit({ command: gate.command });
    await queue.submit({ command: "true" });
    const worker = await queue.worker();
    await gate.reached();
    worker.signal("SIGTERM");
    await worker.line(/stopping: 1 running/);
    gate.open();
    expect((await worker.result).code).toBe(0);
    expect(await queue.states()).toEqual(["1 completed", "2 pending"]);
    expect(rig.leftovers()).toEqual([]);
  });

  test("hands back what goes on for longer, without a retry used up", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("training");
    const id = await queue.submit({ command: gate.command });
    const worker = await queue.worker(["--grace", "100ms"]);
    await gate.reached();
    worker.signal("SIGTERM");
    const said = await worker.result;
    expect(said.code, said.stderr).toBe(0);
    expect(said.stderr).toMatch(/⏸ job 1 \(training\) handed back/);
    expect(await queue.job(id)).toMatchObject({ status: "pending", retry_count: 0, error_message: null });
    expect(rig.leftovers()).toEqual([]);
  });

  test("a second time hands back at once; a queue goes on without it, and the next worker follows it", async ({
    rig,
  }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("step");
    const jobs = [{ job_id: "train", command: gate.command }];
    const id = await queue.submit({ queue: rig.queue({ queue_id: "nightly", jobs }) });
    const worker = await queue.worker();
    await gate.reached();
    worker.signal("SIGINT");
    await worker.line(/stopping: 1 running; Ctrl-C again hands back at once/);
    worker.signal("SIGINT");
    expect((await worker.result).code).toBe(0);
    expect(await queue.states()).toEqual([`${id} pending`]);
    expect((await rig.status("nightly")).status).toBe("running");
    const next = rig.start(["worker", "--max-jobs", "1"]);
    await queue.follow(id).line(/Goes on with queue nightly/);
    gate.open();
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
    expect(rig.instances).toHaveLength(1);
  });
});

describe("how much a worker takes", { timeout: 120_000 }, () => {
  test("--max-jobs: so many attempts, the highest priority first; None: no end", async ({ rig }) => {
    const queue = new JobsRig(rig);
    for (const priority of [1, 10, 5])
      await queue.submit({ command: `echo ${priority} >> order` }, "--priority", String(priority));
    const { code, stdout } = await rig.run(["worker", "--max-jobs", "2", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ completed: 2, failed: 0, lost: 0 });
    expect(rig.read("order")).toBe("10\n5\n");
    expect(await queue.states()).toEqual(["1 pending", "2 completed", "3 completed"]);
    const endless = await queue.worker(["--max-jobs=None"]);
    await endless.line(/✓ job 1 /);
    const live = await queue.submit({ command: "true" });
    await endless.line(new RegExp(`✓ job ${live} `));
    endless.signal("SIGTERM");
    expect((await endless.result).code).toBe(0);
  });

  test("--max-concurrent: so many at once", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const gates = ["one", "two", "three"].map((name) => rig.gate(name));
    for (const gate of gates) await queue.submit({ command: gate.command });
    const worker = await queue.worker(["--max-concurrent", "2", "--max-jobs", "3"]);
    const [one, two, three] = gates;
    await one?.reached();
    await two?.reached();
    expect(await queue.states()).toEqual(["1 running", "2 running", "3 pending"]);
    two?.open();
    await three?.reached();
    one?.open();
    three?.open();
    expect((await worker.result).code).toBe(0);
    expect(await queue.states()).toEqual(["1 completed", "2 completed", "3 completed"]);
  });

  test("what is no such number is refused", async ({ rig }) => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ["--max-jobs 0", ["--max-jobs", "0"]],
      ["--max-jobs some", ["--max-jobs", "some"]],
      ["--max-concurrent", ["--max-concurrent", "0"]],
      ["--poll-interval", ["--poll-interval", "soon"]],
      ["--retention -1d", ["--retention", "-1d"]],
    ];
    for (const [message, args] of cases) {
      const { code, stderr } = await rig.run(["worker", ...args]);
      expect(stderr).toContain(message);
      expect(code, stderr).toBe(2);
    }
  });
});

describe("jobs that are over for long", { timeout: 120_000 }, () => {
  test("are removed by workers, by default after 30 days, with what their commands printed", async ({
    rig,
  }) => {
    const queue = new JobsRig(rig);
    for (const words of ["old", "new"]) await queue.submit({ command: `echo ${words}` });
    await queue.submit({ dataset: "test" });
    await rig.run(["worker", "--max-jobs", "2"]);
    queue.sql("UPDATE jobs SET completed_at = '2020-01-01T00:00:00.000Z' WHERE job_id = 1");
    const folders = (): readonly string[] => readdirSync(join(rig.stateHome, "spawn/jobs")).sort();
    expect(folders()).toEqual([expect.stringMatching(/^1-/), expect.stringMatching(/^2-/), "running"]);

    const kept = await queue.worker(["--retention", "None"]);
    await queue.submit({ command: "true" });
    await kept.line(/✓ job 4 /);
    kept.signal("SIGTERM");
    await kept.result;
    expect(await queue.states()).toEqual(["1 completed", "2 completed", "3 pending", "4 completed"]);

    const worker = await queue.worker();
    await worker.line(/^Removed 1 job that had been over for long\.$/);
    worker.signal("SIGTERM");
    expect((await worker.result).code).toBe(0);
    expect(await queue.states()).toEqual(["2 completed", "3 pending", "4 completed"]);
    expect(folders()).toEqual([expect.stringMatching(/^2-/), expect.stringMatching(/^4-/), "running"]);
  });
});

describe("a command's job", { timeout: 120_000 }, () => {
  test("is timed out, tried again after its wait, and has its secrets masked", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const config = {
      command: `echo "token $TOKEN"; [ "$SPAWN_JOB_ATTEMPT" = 2 ] || sleep 1000`,
      environment: { TOKEN: "${API_TOKEN}" },
      timeout: "1s",
    };
    const id = await queue.submit(config, "--max-retries", "1");
    const env = { API_TOKEN: "very-secret-value" };
    const first = await rig.run(["worker", "--max-jobs", "1"], { env });
    expect(first.stderr).toMatch(/↻ job 1 \(training\) failed \(timed out after 1s\), to be tried again/);
    expect(await queue.job(id)).toMatchObject({ status: "pending", retry_count: 1 });
    queue.endWaits();
    await rig.run(["worker", "--max-jobs", "1"], { env });
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 1 });
    const log = (await queue.jobs("logs", String(id))).stdout;
    expect(log).toContain("INFO: token ***");
    expect(log).not.toContain("very-secret-value");
    expect(readFileSync(queue.database).includes("very-secret-value")).toBe(false);
    expect(rig.leftovers()).toEqual([]);
  });

  test("that names a variable which its worker has not is failed for good, by name", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const id = await queue.submit({ command: "true", environment: { KEY: "${NOWHERE_SET}" } });
    await rig.run(["worker", "--max-jobs", "1"]);
    const job = await queue.job(id);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toContain("NOWHERE_SET");
  });

  test("prints more than its log takes: the log says where all of it is", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const id = await queue.submit({ command: "yes 0123456789abcdef | head -n 400000; echo the end" });
    expect((await rig.run(["worker", "--max-jobs", "1"])).code).toBe(0);
    const log = (await queue.jobs("logs", String(id))).stdout;
    const [, path = ""] = /all of it is in (\/\S+)/.exec(log) ?? [];
    expect(readFileSync(path, "utf8")).toHaveLength(6_800_000 + "the end\n".length);
    expect(path.startsWith(join(rig.stateHome, "spawn/jobs/"))).toBe(true);
    expect(log.trimEnd().endsWith("INFO: the end")).toBe(true);
  });
});
