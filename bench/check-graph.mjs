import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { layeredGraph } from "./layered-graph.mjs";
import { loadPackage } from "./product.mjs";
import { writeGraph } from "./queue-graph.mjs";

/**
 * Before anything is compared: each contender reads its file as the same graph.
 *
 * @param {readonly string[]} present names of the peers on this machine
 * @param {string} scratch
 */
export async function checkGraph(present, scratch) {
  const jobs = layeredGraph(200);
  assert.deepEqual(jobs, layeredGraph(200), "the same arguments give the same graph");
  const dependencies = jobs.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  const files = writeGraph(jobs, join(scratch, "check"));

  const { loadQueueFile } = await loadPackage("@spawn/config-schema");
  const { spec, diagnostics } = loadQueueFile(readFileSync(files.queue, "utf8"), { fileName: files.queue });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    spec.jobs.map(({ id, dependsOn }) => ({ id, dependsOn })),
    jobs,
  );

  if (present.includes("ninja")) {
    const drawing = output("ninja", ["-f", files.ninjaBash, "-t", "graph"]);
    // One dependency is an arrow; none or several are a node of their own, with arrows from them and one to the job.
    const joins = jobs.filter(({ dependsOn }) => dependsOn.length !== 1).length;
    assert.equal(drawing.split("->").length - 1, dependencies + joins);
    assert.match(
      output("ninja", ["-n", "-f", files.ninjaSh]),
      new RegExp(`\\[${jobs.length}/${jobs.length}\\]`),
    );
  }
  if (present.includes("make")) {
    const recipes = output("make", ["-n", "-r", "-R", "-f", files.make]).trimEnd().split("\n");
    assert.equal(recipes.length, jobs.length);
  }
}

function output(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  assert.equal(result.status, 0, `${command}: ${result.stderr}`);
  return result.stdout;
}
