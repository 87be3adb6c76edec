import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { jobOf, type StatusJson } from "./status-json.js";

/** Runs one command as a job; returns the status and the bytes that the store has of its output. */
async function runJob(
  rig: CliRig,
  command: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ status: StatusJson; stdout: Buffer; stderr: Buffer; elapsedMs: number }> {
  const file = rig.queue({ queue_id: "hard", jobs: [{ job_id: "job", command, ...more }] });
  const { result, status } = await rig.runQueue(file);
  const folder = join(status.results_location, "job");
  return {
    status,
    stdout: readFileSync(join(folder, "stdout.log")),
    stderr: readFileSync(join(folder, "stderr.log")),
    elapsedMs: result.elapsedMs,
  };
}

describe("a job's output is kept byte by byte", () => {
  test("20 MB of it", async ({ rig }) => {
    const { status, stdout } = await runJob(rig, "seq 1 2700000");
    const expected = execFileSync("seq", ["1", "2700000"], { maxBuffer: 64 << 20 });
    expect(status.status).toBe("completed");
    expect(stdout.length).toBe(expected.length);
    expect(sha256(stdout)).toBe(sha256(expected));
  });

  test("without a newline at the end, and with bytes that are no UTF-8", async ({ rig }) => {
    const { stdout, stderr } = await runJob(
      rig,
      String.raw`printf '\377\376\200ok\n\303'; printf 'no newline' >&2`,
    );
    expect([...stdout]).toEqual([0xff, 0xfe, 0x80, 0x6f, 0x6b, 0x0a, 0xc3]);
    expect(stderr.toString()).toBe("no newline");
    const { code, stdout: shown } = await rig.run(["queue", "logs", "hard", "job"]);
    expect(code).toBe(0);
    expect(shown).toContain("no newline");
  });

  test("--raw gives it as it is", async ({ rig }) => {
    await runJob(rig, "printf 'a\\rb\\tc'");
    expect((await rig.run(["queue", "logs", "hard", "job", "--raw"])).stdout).toBe("a\rb\tc");
  });

  test("of a job that closes stdout and stderr: nothing, and it completes", async ({ rig }) => {
    const { status, stdout } = await runJob(rig, "echo before; exec >&- 2>&-; touch went-on");
    expect(status.status).toBe("completed");
    expect(stdout.toString()).toBe("before\n");
    expect(rig.read("went-on")).toBe("");
  });
});

describe("a job leaves nothing running", () => {
  test("that held its stdout: the end does not wait for it", async ({ rig }) => {
    const { status, stdout, elapsedMs } = await runJob(rig, "sleep 600 & echo started");
    expect(status.status).toBe("completed");
    expect(stdout.toString()).toBe("started\n");
    expect(elapsedMs).toBeLessThan(10_000);
    expect(rig.leftovers()).toEqual([]);
  });

  test("that became a daemon", async ({ rig }) => {
    const daemon = "(setsid sh -c '(setsid sleep 600 >/dev/null 2>&1 </dev/null &)' &)";
    const { status } = await runJob(rig, `${daemon}; sleep 0.2`);
    expect(status.status).toBe("completed");
    expect(rig.leftovers()).toEqual([]);
  });

  test("that ignores TERM, at its timeout: KILL comes 10 s later", async ({ rig }) => {
    const deaf =
      "trap '' TERM; setsid bash -c \"trap '' TERM; while :; do sleep 1; done\" & while :; do sleep 1; done";
    const { status, elapsedMs } = await runJob(rig, deaf, { timeout: "500ms" });
    expect(jobOf(status, "job")).toMatchObject({ status: "failed", reason: "timeout" });
    expect(elapsedMs).toBeGreaterThan(10_000);
    expect(elapsedMs).toBeLessThan(20_000);
    expect(rig.leftovers()).toEqual([]);
  });

  test("unless background: keep asks for it", async ({ rig }) => {
    const { status } = await runJob(rig, "sleep 600 >/dev/null 2>&1 & true", { background: "keep" });
    expect(status.status).toBe("completed");
    expect(rig.leftovers()).toEqual([expect.stringMatching(/^sleep 600 \(/)]);
  });
});

describe("a job's command", () => {
  test("is given to bash as it is: quotes, comments, subshell ends and all", async ({ rig }) => {
    const { status, stdout } = await runJob(
      rig,
      "echo \"it's\" '$HOME' `echo b`; (exit 0); echo $((1+1)) # ); exit 9",
    );
    expect(status.status).toBe("completed");
    expect(stdout.toString()).toBe("it's $HOME b\n2\n");
  });

  test("with a syntax error fails with the shell's exit code and message", async ({ rig }) => {
    const { status, stderr } = await runJob(rig, "if true; then echo 'open");
    expect(jobOf(status, "job")).toMatchObject({ status: "failed", reason: "exit" });
    expect(stderr.toString()).not.toBe("");
  });

  test("may be longer than an argument may be", async ({ rig }) => {
    const { status, stdout } = await runJob(rig, `: '${"x".repeat(300_000)}'; echo done`);
    expect(status.status).toBe("completed");
    expect(stdout.toString()).toBe("done\n");
  });

  test("reads an empty stdin", async ({ rig }) => {
    const { stdout } = await runJob(rig, "wc -c; exec 3<&0");
    expect(stdout.toString().trim()).toBe("0");
  });

  test("that cannot be started says why", async ({ rig }) => {
    const { result, status } = await rig.runQueue(
      rig.queue({ jobs: [{ job_id: "job", command: "true", working_directory: "not/there" }] }),
    );
    expect(result.code).toBe(1);
    expect(jobOf(status, "job")).toMatchObject({ status: "failed", reason: "start-failed" });
    expect(JSON.stringify(jobOf(status, "job"))).toContain("not/there");
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
