import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { JobsRig } from "./jobs-rig.js";
import { test } from "./rig-test.js";
import { waitForFile } from "./wait-for-file.js";

/** The groups of cgroups that the claim files below a folder name. */
function groupsBelow(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const places = files.flatMap(({ parentPath, name }) => {
    const [, place] = /^\d+ (\/.+)/.exec(readFileSync(join(parentPath, name), "utf8")) ?? [];
    return place?.split(":") ?? [];
  });
  return [...new Set(places.map((place) => dirname(place)))];
}

const still = (groups: readonly string[]): readonly string[] => groups.filter((group) => existsSync(group));

const groupsOfJobs = (rig: CliRig) => groupsBelow(join(rig.stateHome, "spawn/jobs"));

describe("cgroups", { timeout: 120_000 }, () => {
  test("of a worker's commands go with them", async ({ rig, skip }) => {
    const queue = new JobsRig(rig);
    for (const command of ["true", "exit 3", "sleep 600 & true"]) {
      await queue.submit({ command }, "--max-retries", "0");
    }
    const worker = await queue.worker(["--max-jobs", "3"]);
    expect((await worker.result).code).toBe(0);
    const groups = groupsOfJobs(rig);
    if (groups.length === 0) skip("no cgroups may be made here");
    expect(groups.length).toBeGreaterThanOrEqual(3);
    expect(still(groups)).toEqual([]);
  });

  test("of a worker that was killed go when the next one starts", async ({ rig, skip }) => {
    const queue = new JobsRig(rig);
    const gate = rig.gate("training");
    await queue.submit({ command: gate.command });
    const killed = await queue.worker();
    await gate.reached();
    killed.signal("SIGKILL");
    await killed.result;
    const groups = groupsOfJobs(rig);
    if (groups.length === 0) skip("no cgroups may be made here");
    expect(still(groups)).toEqual(groups);
    const next = await queue.worker();
    expect(still(groups)).toEqual([]);
    next.signal("SIGTERM");
    await next.result;
  });

  test("and all that runs of a queue whose runner was killed go with its instance", async ({ rig, skip }) => {
    const gate = rig.gate("train");
    const jobs = [{ job_id: "train", command: `setsid sleep 600 & ${gate.command}` }];
    const { instance_id } = await rig.launch(rig.queue({ queue_id: "lost", jobs }));
    await gate.reached();
    const claims = rig.instancePath("var/lib/spawn-queue/claims");
    await waitForFile(`${claims}/train.1`, (text) => text.endsWith("\n"));
    process.kill(rig.runnerPid(), "SIGKILL");
    const groups = groupsBelow(claims);
    expect((await rig.run(["terminate", instance_id, "-y"])).code).toBe(0);
    expect(rig.leftovers()).toEqual([]);
    expect((await rig.status("lost")).status).toBe("interrupted");
    if (groups.length === 0) skip("no cgroups may be made here: the processes alone were looked at");
    expect(still(groups)).toEqual([]);
  });
});
