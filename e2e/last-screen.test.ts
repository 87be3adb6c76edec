import { rmSync } from "node:fs";
import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";

const PRINTED = 30;
const SHOWN = 20;

/** The first job fails after 30 lines; `next` hangs on it. */
function failingQueue(rig: CliRig): string {
  return rig.queue({
    queue_id: "failing",
    on_failure: "continue",
    jobs: [
      { job_id: "first", command: `for i in $(seq ${PRINTED}); do echo "line $i."; done; [ -e mended ]` },
      { job_id: "second", command: "sleep 0.2; exit 4", depends_on: ["other"] },
      { job_id: "other", command: "true" },
      { job_id: "next", command: "true", depends_on: ["first"] },
    ],
  });
}

/** What a failed queue's last screen has to show, and nothing of what it must not. */
function expectLastScreen(screen: string): void {
  expect(screen).toContain("First Failure (first):\n  Reason: exit code 1\n");
  const lines = [...screen.matchAll(/^ {4}\[\d\d:\d\d:\d\d\] line (\d+)\.$/gm)].map(([, number]) =>
    Number(number),
  );
  expect(lines).toEqual(Array.from({ length: SHOWN }, (_, i) => PRINTED - SHOWN + 1 + i));
}

/** Runs each command that a screen names, as a person would. */
async function runNamed(rig: CliRig, screen: string): Promise<Readonly<Record<string, string>>> {
  const named = [...screen.matchAll(/spawn (queue (logs|explain|resume) [^\n]+)$/gm)];
  const outputs: Record<string, string> = {};
  for (const [, command = "", verb = ""] of named) {
    const { code, stdout, stderr } = await rig.run(command.split(" "));
    expect(code, `spawn ${command}: ${stderr}`).toBe(0);
    outputs[verb] = stdout;
  }
  return outputs;
}

describe("a failed queue's last screen shows what failed first, its last lines, and commands that work", () => {
  test("of queue run", async ({ rig }) => {
    const { code, stdout } = await rig.run(["queue", "run", failingQueue(rig)]);
    expect(code).toBe(1);
    expectLastScreen(stdout);
    rig.write("mended", "");
    const outputs = await runNamed(rig, stdout);
    expect(outputs.logs).toContain("line 1.\n");
    expect(outputs.explain).toContain("exit code 1");
    expect(outputs).toHaveProperty("resume");
    const ended = await rig.ended("failing");
    expect(ended).toMatchObject({ status: "failed", first_failure: "second", jobs: { completed: 3 } });
  });

  test("of launch --wait, queue status and queue status --watch", async ({ rig }) => {
    const launched = await rig.run([
      "launch",
      "--provider",
      "local",
      "--batch-queue",
      failingQueue(rig),
      "--wait",
    ]);
    expect(launched.code).toBe(1);
    expectLastScreen(launched.stdout);
    const status = await rig.run(["queue", "status", "failing"]);
    expectLastScreen(status.stdout);
    const watched = await rig.run(["queue", "status", "failing", "--watch"]);
    expect(watched.code).toBe(1);
    expectLastScreen(watched.stdout);
    expect(Object.keys(await runNamed(rig, status.stdout))).toEqual(["logs", "explain", "resume"]);
  });

  test("of queue resume --wait", async ({ rig }) => {
    await rig.launch(failingQueue(rig));
    await rig.ended("failing");
    const { code, stdout } = await rig.run(["queue", "resume", "failing", "--wait"]);
    expect(code).toBe(1);
    expectLastScreen(stdout);
  });

  test("of a job that was tried again: the last attempt's lines alone, also from the store", async ({
    rig,
  }) => {
    const command = "case $JOB_ATTEMPT in 1 | 3) echo earlier;; 4) echo last;; esac; exit 1";
    const jobs = [{ job_id: "first", command, retry_count: 2, retry_delay: "10ms" }];
    await rig.launch(rig.queue({ queue_id: "tried", jobs }));
    await rig.ended("tried");
    const silent = await rig.run(["queue", "status", "tried"]);
    expect(silent.stdout).toContain("  Last Output: (printed nothing)\n");
    await rig.run(["queue", "resume", "tried", "--wait"]);
    const local = (await rig.run(["queue", "status", "tried"])).stdout;
    rmSync(rig.instancePath(""), { recursive: true });
    const stored = (await rig.run(["queue", "status", "tried"])).stdout;
    for (const screen of [local, stored]) {
      expect(screen).toContain("Attempts: 2/2");
      expect(screen).toMatch(/Last Output:\n {4}\[[\d:]+\] last\n\n/);
      expect(screen).not.toContain("] earlier");
    }
  });

  test("while it runs, there is no last line yet", async ({ rig }) => {
    const gate = rig.gate("held");
    const jobs = [
      { job_id: "first", command: "echo printed; exit 1" },
      { job_id: "held", command: gate.command },
    ];
    await rig.launch(rig.queue({ queue_id: "going", on_failure: "continue", max_parallel: 2, jobs }));
    await gate.reached();
    await rig.journaled(['"attempt-ended"', '"first"']);
    const { stdout } = await rig.run(["queue", "status", "going"]);
    expect(stdout).toContain("First Failure (first):");
    expect(stdout).not.toContain("Last Output:");
    gate.open();
    await rig.ended("going");
  });
});
