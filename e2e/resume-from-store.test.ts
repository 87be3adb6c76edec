import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import type { JobGate } from "./job-gate.js";
import { test } from "./rig-test.js";
import { jobOf, outcomes } from "./status-json.js";
import { waitForFile } from "./wait-for-file.js";

const RESULTS = ["prep/results/prep.txt", "model/results/model.txt"];

/** `prep` says what its results are, `side` does not; `model` needs what both left behind. */
function pipeline(queueId: string, hold: string) {
  return {
    queue_id: queueId,
    jobs: [
      { job_id: "prep", command: "echo prep $JOB_ATTEMPT > prep.txt", result_files: ["prep.txt"] },
      { job_id: "side", command: "echo side > side.txt" },
      {
        job_id: "model",
        command: `${hold}; cat prep.txt side.txt > model.txt; echo "$WHO" >> model.txt`,
        depends_on: ["prep", "side"],
        environment: { WHO: "${WHO:-nobody}" },
        result_files: ["model.txt"],
      },
    ],
  };
}

function storedPath(rig: CliRig, path: string): string {
  return join(rig.stateHome, "spawn/results", path);
}

/** A queue whose host is lost with all that was on it while `model` runs; the store knows of that. */
async function lose(rig: CliRig, queueId: string): Promise<JobGate> {
  const gate = rig.gate(queueId);
  const { instance_id } = await rig.launch(rig.queue(pipeline(queueId, gate.command)));
  await gate.reached();
  // Only what is there can be watched.
  for (const folder of ["journal", "prep"]) {
    mkdirSync(storedPath(rig, `${queueId}/${folder}`), { recursive: true });
  }
  await waitForFile(storedPath(rig, `${queueId}/journal/000001.jsonl`), (text) =>
    text.split("\n").some((line) => line.includes("attempt-starting") && line.includes('"model"')),
  );
  await waitForFile(storedPath(rig, `${queueId}/prep/manifest.json`));
  rig.killAll();
  rmSync(rig.instancePath("", instance_id), { recursive: true });
  for (const name of ["prep.txt", "side.txt"]) rmSync(join(rig.cwd, name));
  gate.open();
  return gate;
}

describe("a queue of which only its result store is left", () => {
  test("goes on in a new instance: results back in their places, to the same end as an undisturbed one", async ({
    rig,
  }) => {
    await rig.runQueue(rig.queue(pipeline("calm", "true")));
    for (const name of ["prep.txt", "side.txt", "model.txt"]) rmSync(join(rig.cwd, name));

    const gate = await lose(rig, "lost");
    expect((await rig.status("lost")).status).toBe("interrupted");
    const resumed = await rig.run(["queue", "resume", "lost", "--wait"]);
    expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
    expect(resumed.stdout).toMatch(/side +declares no results/);
    expect(resumed.stdout).toMatch(/model +attempt 1 was cut short/);
    expect(resumed.stdout).toContain("1 completed job stays as it is.");

    const status = await rig.status("lost");
    expect(status.status).toBe("completed");
    expect(outcomes(status)).toEqual({
      prep: "completed 1/1",
      side: "completed 1/1",
      model: "completed 1/1",
    });
    expect([jobOf(status, "prep").attempt, jobOf(status, "side").attempt]).toEqual([1, 2]);
    expect(jobOf(status, "model").attempt).toBe(2);
    for (const result of RESULTS) {
      const [calm, lost] = ["calm", "lost"].map((id) => readFileSync(storedPath(rig, `${id}/${result}`)));
      expect(lost?.equals(calm ?? Buffer.alloc(0)), result).toBe(true);
    }
    expect(rig.leftovers()).toEqual([]);

    // From here on it is a queue like any other.
    gate.open();
    expect((await rig.run(["queue", "resume", "lost", "--rerun", "model", "--wait"])).code).toBe(0);
    expect(jobOf(await rig.status("lost"), "model").attempt).toBe(3);
  });

  test("leaves with --trust-completed what declares no results, and takes variables from this shell", async ({
    rig,
  }) => {
    await lose(rig, "trusted");
    writeFileSync(join(rig.cwd, "side.txt"), "mine\n");
    writeFileSync(join(rig.cwd, "prep.txt"), "not what the job made\n");
    const env = { WHO: "me" };
    const resumed = await rig.run(["queue", "resume", "trusted", "--trust-completed", "--wait"], { env });
    expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
    expect(jobOf(await rig.status("trusted"), "side").attempt).toBe(1);
    expect(rig.read("model.txt")).toBe("prep 1\nmine\nme\n");
    expect(rig.read("prep.txt.before-resume")).toBe("not what the job made\n");
    expect((await rig.run(["queue", "status", "trusted"])).stdout).toContain("prep.txt.before-resume");
  });

  test("goes on with another queue file", async ({ rig }) => {
    await lose(rig, "changed");
    const { queue_id, jobs } = pipeline("changed", "true");
    const file = rig.queue({ queue_id, jobs: [...jobs, { job_id: "more", command: "true" }] }, "other.json");
    const resumed = await rig.run(["queue", "resume", "changed", "--batch-queue", file, "--wait"]);
    expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
    expect(resumed.stdout).toMatch(/more +new in the file/);
    expect(outcomes(await rig.status("changed"))).toMatchObject({
      more: "completed 1/1",
      model: "completed 1/1",
    });
  });

  test("is resumed once of two times at once", async ({ rig }) => {
    await lose(rig, "twice");
    const gate = rig.gate("late");
    const file = rig.queue(pipeline("twice", gate.command), "slow.json");
    const both = ["queue", "resume", "twice", "--batch-queue", file];
    const answers = await Promise.all([rig.run(both), rig.run(both)]);
    expect(answers.map(({ code }) => code).sort(), JSON.stringify(answers)).toEqual([0, 1]);
    expect(answers.find(({ code }) => code === 1)?.stderr).toMatch(/goes on with twice|running/);
    gate.open();
    expect((await rig.ended("twice")).status).toBe("completed");
    expect(rig.instances).toHaveLength(1);
  });

  test("is refused where its journal in the store is damaged, and left as it is", async ({ rig }) => {
    await lose(rig, "damaged");
    const journal = storedPath(rig, "damaged/journal/000001.jsonl");
    const text = readFileSync(journal, "utf8").replace('"prep"', '"perp"');
    writeFileSync(journal, text);
    const { code, stderr } = await rig.run(["queue", "resume", "damaged"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/journal/);
    expect(readFileSync(journal, "utf8")).toBe(text);
    expect(rig.instances).toEqual([]);
  });

  test("cannot be cancelled: nothing of it runs", async ({ rig }) => {
    await lose(rig, "gone");
    const { code, stderr } = await rig.run(["queue", "cancel", "gone"]);
    expect(code).toBe(3);
    expect(stderr).toContain("gone");
  });
});
