// plan-queue QUEUE-FILE: loads, validates and plans a queue file and prints the plan as JSON, without a CLI around it.
// How many milliseconds each step took goes to stderr, as JSON.
import { readFileSync } from "node:fs";
import { loadPackage } from "./product.mjs";

const steps = {};
let since = 0;
function step(name) {
  const now = performance.now();
  steps[name] = now - since;
  since = now;
}

const [{ loadQueueFile, toDagInput }, { buildGraph, planOf }] = await Promise.all([
  loadPackage("@spawn/config-schema"),
  loadPackage("@spawn/dag-core"),
]);
step("start");
const fileName = process.argv[2];
const text = readFileSync(fileName, "utf8");
step("read");
const { spec, diagnostics } = loadQueueFile(text, { fileName });
if (spec === undefined) throw new Error(diagnostics[0].message);
step("load");
const graph = buildGraph(toDagInput(spec));
step("build");
const { generations, criticalPath, order } = planOf(graph);
step("plan");
process.stdout.write(JSON.stringify({ generations, criticalPath, order }));
step("print");
process.stderr.write(`${JSON.stringify(steps)}\n`);
