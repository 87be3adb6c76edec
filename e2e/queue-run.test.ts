import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";

describe("spawn queue run", () => {
  test("runs jobs in the order of their dependencies and exits 0", async ({ rig }) => {
    const file = rig.queue({
      queue_id: "chain",
      jobs: [
        { job_id: "c", command: "echo c >> order", depends_on: ["b"] },
        { job_id: "b", command: "echo b >> order", depends_on: ["a"], retry_count: 2 },
        { job_id: "a", command: "echo a >> order" },
      ],
    });
    const { result, status } = await rig.runQueue(file);
    expect(result.code).toBe(0);
    expect(rig.read("order")).toBe("a\nb\nc\n");
    expect(status).toMatchObject({ queue_id: "chain", status: "completed", reason: "completed" });
    expect(outcomes(status)).toEqual({ a: "completed 1/1", b: "completed 1/2", c: "completed 1/1" });
    expect(status.job_details.map((job) => job.exit_code)).toEqual([0, 0, 0]);
    expect(rig.leftovers()).toEqual([]);
  });

  test("runs branches at the same time: two jobs that need each other alive both complete", async ({
    rig,
  }) => {
    const file = rig.queue({
      max_parallel: 2,
      jobs: [
        { job_id: "fork", command: "mkfifo there back" },
        {
          job_id: "left",
          command: "echo hello > there; read -r answer < back; test $answer = yes",
          depends_on: ["fork"],
        },
        {
          job_id: "right",
          command: "read -r word < there; echo yes > back; test $word = hello",
          depends_on: ["fork"],
        },
      ],
    });
    const { status } = await rig.runQueue(file);
    expect(outcomes(status)).toEqual({
      fork: "completed 1/1",
      left: "completed 1/1",
      right: "completed 1/1",
    });
  });

  test("runs no more jobs at a time than max_parallel", async ({ rig }) => {
    const command = "mkdir only-one && rmdir only-one";
    const jobs = ["a", "b", "c", "d"].map((job_id) => ({ job_id, command }));
    const { status } = await rig.runQueue(rig.queue({ max_parallel: 1, jobs }));
    expect(status.status).toBe("completed");
  });

  test("tries again after a fixed wait, with the next attempt number", async ({ rig }) => {
    const file = rig.queue({
      jobs: [
        {
          job_id: "flaky",
          command: "date +%s%N >> times; echo attempt $JOB_ATTEMPT; test $JOB_ATTEMPT -eq 3 || exit 7",
          retry_count: 4,
          retry_delay: "300ms",
        },
      ],
    });
    const { result, status } = await rig.runQueue(file);
    expect(result.code).toBe(0);
    expect(outcomes(status)).toEqual({ flaky: "completed 3/4" });
    expect(jobOf(status, "flaky").previous_attempts).toMatchObject([
      { attempt: 1, reason: "exit", exit_code: 7 },
      { attempt: 2, reason: "exit", exit_code: 7 },
    ]);
    const [first = 0n, second = 0n, third = 0n] = rig.read("times").trim().split("\n").map(BigInt);
    expect(second - first).toBeGreaterThanOrEqual(300_000_000n);
    expect(third - second).toBeGreaterThanOrEqual(300_000_000n);
    expect(rig.read(`results/${status.queue_id}/flaky/stdout.log`)).toBe("attempt 3\n");
    const firstAttempt = join(status.results_location, "flaky/attempts/1");
    expect(readFileSync(join(firstAttempt, "stdout.log"), "utf8")).toBe("attempt 1\n");
    expect(readFileSync(join(firstAttempt, "exit_code"), "utf8").trim()).toBe("7");
  });

  test("ends an attempt at its timeout, with all it started, and tries again", async ({ rig }) => {
    const file = rig.queue({
      jobs: [
        {
          job_id: "stalls",
          command: "test $JOB_ATTEMPT -gt 1 || { sleep 600 & setsid sleep 600 & sleep 600; }",
          timeout: "700ms",
          retry_count: 2,
          retry_delay: "100ms",
        },
      ],
    });
    const { status } = await rig.runQueue(file);
    expect(outcomes(status)).toEqual({ stalls: "completed 2/2" });
    expect(jobOf(status, "stalls").previous_attempts).toMatchObject([{ attempt: 1, reason: "timeout" }]);
    expect(rig.leftovers()).toEqual([]);
  });

  test("fails with exit code 1 when the last attempt fails, and says why", async ({ rig }) => {
    const file = rig.queue({
      jobs: [
        { job_id: "bad", command: "exit 3", retry_count: 2, retry_delay: "50ms" },
        { job_id: "after", command: "touch never", depends_on: ["bad"] },
      ],
    });
    const { result, status } = await rig.runQueue(file);
    expect(result.code).toBe(1);
    expect(status).toMatchObject({ status: "failed", reason: "job-failed", first_failure: "bad" });
    expect(outcomes(status)).toEqual({ bad: "failed 2/2", after: "blocked 0/1" });
    expect(jobOf(status, "bad")).toMatchObject({ reason: "exit", exit_code: 3 });
    expect(jobOf(status, "after")).toMatchObject({ reason: "dependency-failed", blocked_by: ["bad"] });
    expect(existsSync(`${rig.cwd}/never`)).toBe(false);
  });

  test("reports a signal as one", async ({ rig }) => {
    const { status } = await rig.runQueue(
      rig.queue({ jobs: [{ job_id: "shot", command: "kill -KILL $$" }] }),
    );
    expect(jobOf(status, "shot")).toMatchObject({ status: "failed", reason: "signal", signal: 9 });
  });

  test("tries only the exit codes that are worth it", async ({ rig }) => {
    const retry = { max_attempts: 3, backoff: "fixed", base_delay: "50ms" };
    const file = rig.queue({
      on_failure: "continue",
      jobs: [
        { job_id: "listed", command: "exit 75", retry: { ...retry, retry_on_codes: [75] } },
        { job_id: "unlisted", command: "exit 2", retry: { ...retry, retry_on_codes: [75] } },
        { job_id: "excluded", command: "exit 75", retry: { ...retry, dont_retry_on_codes: [75] } },
      ],
    });
    const { status } = await rig.runQueue(file);
    expect(outcomes(status)).toEqual({
      listed: "failed 3/3",
      unlisted: "failed 1/3",
      excluded: "failed 1/3",
    });
  });

  test("fails what runs at the global timeout, cancels the rest, and still runs always_run jobs", async ({
    rig,
  }) => {
    const file = rig.queue({
      global_timeout: "800ms",
      jobs: [
        { job_id: "long", command: "sleep 600" },
        { job_id: "next", command: "touch never", depends_on: ["long"] },
        { job_id: "bye", command: "touch said-bye", always_run: true },
      ],
    });
    const { result, status } = await rig.runQueue(file);
    expect(result.code).toBe(1);
    expect(status).toMatchObject({ status: "failed", reason: "global-timeout" });
    expect(jobOf(status, "long")).toMatchObject({ status: "failed", reason: "timeout" });
    expect(jobOf(status, "bye").status).toBe("completed");
    expect(existsSync(`${rig.cwd}/said-bye`)).toBe(true);
    expect(existsSync(`${rig.cwd}/never`)).toBe(false);
  });

  test("cancels at the first Ctrl-C: always_run jobs run, then it exits 130", async ({ rig }) => {
    const gate = rig.gate("working");
    const file = rig.queue({
      queue_id: "interrupted-by-hand",
      jobs: [
        { job_id: "step", command: gate.command },
        { job_id: "bye", command: "touch said-bye", always_run: true },
      ],
    });
    const running = rig.start(["queue", "run", file]);
    await gate.reached();
    running.signal("SIGINT");
    const { code } = await running.result;
    expect(code).toBe(130);
    const status = await rig.status("interrupted-by-hand");
    expect(status).toMatchObject({ status: "cancelled", reason: "cancelled" });
    expect(outcomes(status)).toEqual({ step: "cancelled 1/1", bye: "completed 1/1" });
    expect(rig.leftovers()).toEqual([]);
  });
});
