import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";

const job = (job_id: string, rest = "true", depends_on: readonly string[] = []) => ({
  job_id,
  command: `echo $JOB_ATTEMPT >> ran.${job_id}; ${rest}`,
  depends_on,
});

const runsOf = (rig: CliRig, name: string): string => rig.read(`ran.${name}`).trim().replaceAll("\n", " ");

describe("a resume with a changed queue file", () => {
  test("says what runs again and why, and runs that", async ({ rig }) => {
    await rig.launch(
      rig.queue({
        queue_id: "changing",
        jobs: [
          job("prep"),
          job("train", "true", ["prep"]),
          job("evaluate", "exit 3", ["train"]),
          job("alone"),
          job("old"),
        ],
      }),
    );
    await rig.ended("changing");
    const file = rig.queue(
      {
        jobs: [
          job("prep"),
          job("train", "echo better", ["prep"]),
          job("evaluate", "true", ["train"]),
          job("alone"),
          job("new"),
        ],
      },
      "changed.json",
    );
    const resumed = await rig.run(["queue", "resume", "changing", "--batch-queue", file, "--wait"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(/train +changed: command/);
    expect(resumed.stdout).toMatch(/evaluate +failed: exit code 3; changed: command/);
    expect(resumed.stdout).toMatch(/new +new in the file/);
    expect(resumed.stdout).toMatch(/old +no longer in the file/);
    expect(resumed.stdout).toContain("2 completed jobs stay as they are.");
    expect(outcomes(await rig.status("changing"))).toEqual({
      prep: "completed 1/1",
      train: "completed 1/1",
      evaluate: "completed 1/1",
      alone: "completed 1/1",
      new: "completed 1/1",
    });
    const runs = ["prep", "train", "evaluate", "alone", "old", "new"].map((name) => runsOf(rig, name));
    expect(runs).toEqual(["1", "1 2", "1 2", "1", "1", "1"]);
    const same = await rig.run(["queue", "resume", "changing", "--batch-queue", file]);
    expect(same.code).not.toBe(0);
    expect(same.stderr).toContain("nothing to run again");
  });

  test("is refused while the queue runs, and for another queue's file; nothing is changed", async ({
    rig,
  }) => {
    const gate = rig.gate("a");
    await rig.launch(
      rig.queue({ queue_id: "going", jobs: [job("a", gate.command), job("b", "true", ["a"])] }),
    );
    await gate.reached();
    const file = rig.queue({ queue_id: "going", jobs: [job("a", "echo other")] }, "other.json");
    const running = await rig.run(["queue", "resume", "going", "--batch-queue", file]);
    expect(running.stderr).toContain("is running");
    gate.open();
    expect(outcomes(await rig.ended("going"))).toEqual({ a: "completed 1/1", b: "completed 1/1" });

    const alien = rig.queue({ queue_id: "alien", jobs: [job("a")] }, "alien.json");
    const refused = await rig.run(["queue", "resume", "going", "--batch-queue", alien]);
    expect(refused.stderr).toContain("is the file of alien");
    const broken = rig.queue({ jobs: [{ job_id: "a" }] }, "broken.json");
    const bad = await rig.run(["queue", "resume", "going", "--batch-queue", broken]);
    expect(bad.stderr).toMatch(/broken\.json:1:\d+/);
  });

  test("of a queue whose runner was killed stops what still runs, says so first, and goes on by the new file", async ({
    rig,
  }) => {
    const gate = rig.gate("train");
    await rig.launch(
      rig.queue({
        queue_id: "lost",
        jobs: [
          job("prep"),
          job("train", gate.command, ["prep"]),
          job("evaluate", "true", ["train"]),
          job("old", "true", ["train"]),
        ],
      }),
    );
    await gate.reached();
    process.kill(rig.runnerPid(), "SIGKILL");
    const file = rig.queue(
      { jobs: [job("prep"), job("train", "echo better", ["prep"]), job("evaluate", "true", ["train"])] },
      "changed.json",
    );
    const needless = await rig.run(["queue", "resume", "lost", "-y"]);
    expect(needless).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes is for EC2") });
    const running = rig.leftovers();
    expect(running.length).toBeGreaterThan(0);
    const args = ["queue", "resume", "lost", "--batch-queue", file, "--wait"];
    const asked = await rig.run(args);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toMatch(/train +changed: command/);
    expect(asked.stdout).toContain("and run again: the attempts of train.");
    expect(asked.stderr).toContain("needs a yes");
    expect(rig.leftovers()).toEqual(running);
    const resumed = await rig.run([...args, "-y"]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(/train +changed: command/);
    expect(resumed.stdout).toMatch(/old +no longer in the file/);
    expect(resumed.stdout).toContain(
      "First stopped, where they still run, and run again: the attempts of train.",
    );
    const status = await rig.status("lost");
    expect(outcomes(status)).toEqual({
      prep: "completed 1/1",
      train: "completed 1/1",
      evaluate: "completed 1/1",
    });
    expect(["prep", "train", "evaluate"].map((name) => runsOf(rig, name))).toEqual(["1", "1 2", "1"]);
    expect(jobOf(status, "train")).toMatchObject({
      attempt: 2,
      previous_attempts: [{ attempt: 1, reason: "interrupted" }],
    });
    expect(rig.leftovers()).toEqual([]);
  });
});
