import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { outcomes } from "./status-json.js";

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

  test("is refused while the queue is not over, and for another queue's file; nothing is changed", async ({
    rig,
  }) => {
    const gate = rig.gate("a");
    await rig.launch(
      rig.queue({ queue_id: "going", jobs: [job("a", gate.command), job("b", "true", ["a"])] }),
    );
    await gate.reached();
    const file = rig.queue({ queue_id: "going", jobs: [job("a", "echo other")] }, "other.json");
    const resume = ["queue", "resume", "going", "--batch-queue", file];
    const running = await rig.run(resume);
    expect(running.stderr).toContain("is running");
    process.kill(rig.runnerPid(), "SIGKILL");
    const lost = await rig.run(resume);
    expect(lost.code).not.toBe(0);
    expect(lost.stderr).toContain("is not over");
    gate.open();
    expect((await rig.run(["queue", "resume", "going", "--wait"])).code).toBe(0);
    expect(outcomes(await rig.status("going"))).toEqual({ a: "completed 1/1", b: "completed 1/1" });

    const alien = rig.queue({ queue_id: "alien", jobs: [job("a")] }, "alien.json");
    const refused = await rig.run(["queue", "resume", "going", "--batch-queue", alien]);
    expect(refused.stderr).toContain("is the file of alien");
    const broken = rig.queue({ jobs: [{ job_id: "a" }] }, "broken.json");
    const bad = await rig.run(["queue", "resume", "going", "--batch-queue", broken]);
    expect(bad.stderr).toMatch(/broken\.json:1:\d+/);
  });
});
