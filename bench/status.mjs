// node bench/status.mjs [ROUNDS] [--write]: what `spawn queue status` asks of AWS for a queue on EC2, and how long it takes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { compile, findCompiler } from "./compile.mjs";
import { describeMachine } from "./machine.mjs";
import { assertBuilt } from "./product.mjs";
import { writeToReadme } from "./readme.mjs";
import { figureOf, ratioOf } from "./statistics.mjs";
import { markdownOf, show } from "./table.mjs";

const BASE = "GetObject by the SDK alone";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false } },
});
const rounds = Number(positionals[0] ?? 9);
assertBuilt();
const compiler = findCompiler();
if (compiler === undefined) throw new Error("this needs a C compiler (cc, gcc, clang)");
const scratch = mkdtempSync(join(tmpdir(), "spawn-bench-"));
try {
  compile(compiler, "measure", scratch);
  await bundleGetObject();
  const aws = findAws();
  const { counts, refreshes, usages, watched, bare } = measure(aws);
  const machine = describeMachine(scratch, aws === undefined ? [] : [aws.version], new Date());
  const tables = [countsTable(counts), timesTable(usages), refreshTable(refreshes, watched, bare)];
  const text = [machine, ...tables].join("\n\n");
  console.log(text);
  if (values.write) writeToReadme(text, "measured status");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** As the command line is: what it would load from many files is most of what a short program costs. */
async function bundleGetObject() {
  const banner = [
    "import { createRequire as __createRequire } from 'node:module';",
    "const require = __createRequire(import.meta.url);",
  ].join(" ");
  await build({
    entryPoints: [join(import.meta.dirname, "get-object.mjs")],
    outdir: join(scratch, "get-object"),
    outExtension: { ".js": ".mjs" },
    // It has the SDK that the result store has.
    nodePaths: [join(import.meta.dirname, "../packages/result-store/node_modules")],
    ...{ bundle: true, splitting: true, minify: true, format: "esm", platform: "node", target: "node20" },
    ...{ mainFields: ["module", "main"], banner: { js: banner } },
  });
}

/** The AWS CLI's own program, past whatever chooses between its versions. */
function findAws() {
  const chosen = spawnSync("pyenv", ["which", "aws"], { encoding: "utf8" });
  const program = chosen.status === 0 ? chosen.stdout.trim() : "aws";
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
  if (status === 0) return { program, version: stdout.split(" ")[0] };
  process.stderr.write("not on this machine, and left out: aws\n");
  return undefined;
}

function measure(aws) {
  // The queues are made by what the end-to-end tests are made of, which is TypeScript, and Vitest is what runs that here.
  const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
  const config = join(import.meta.dirname, "vitest.config.ts");
  const env = {
    ...process.env,
    ...{ SPAWN_BENCH_ROUNDS: String(rounds), SPAWN_BENCH_SCRATCH: scratch },
    ...(aws === undefined ? {} : { SPAWN_BENCH_AWS: aws.program }),
  };
  const { status } = spawnSync(process.execPath, [vitest, "run", "--config", config, "status"], {
    ...{ env, stdio: ["ignore", 2, 2] },
  });
  if (status !== 0) throw new Error("the statuses could not be measured");
  return JSON.parse(readFileSync(join(scratch, "found.json"), "utf8"));
}

function countsTable(counts) {
  return markdownOf({
    title: "Requests of a status",
    columns: ["", "S3", "EC2", "STS", "others", "one after another"],
    rows: counts.map(({ name, s3, ec2, sts, other, path }) => [name, s3, ec2, sts, other, path]),
  });
}

function timesTable(usages) {
  const wallOf = (name) => usages[name].map(({ wallSeconds }) => wallSeconds);
  const cpuOf = (name) => usages[name].map(({ cpuSeconds }) => cpuSeconds);
  const rows = Object.keys(usages).map((name) => [
    name,
    show(figureOf(wallOf(name)), { scale: 1000 }),
    show(ratioOf(wallOf(name), wallOf(BASE)), { unit: "×" }),
    show(figureOf(cpuOf(name)), { scale: 1000 }),
    show(ratioOf(cpuOf(name), cpuOf(BASE)), { unit: "×" }),
  ]);
  return markdownOf({
    title: "Time of a status",
    columns: ["", "wall, ms", "of the SDK alone", "CPU, ms", "of the SDK alone"],
    rows,
    remarks: [`Median of ${rounds} interleaved rounds (least–most); ratios are taken within a round.`],
  });
}

function refreshTable({ refreshes, calls, unchanged, gets }, watched, bare) {
  const per = (count) => (count / refreshes).toFixed(2);
  const rows = [
    ["requests a refresh", per(calls)],
    ["– of them conditional GETs answered with 304", per(unchanged)],
    ["– of them GETs of what had changed", per(gets - unchanged)],
    ["ms a refresh", show(figureOf(watched))],
    ["ms of a conditional GET by the SDK alone", show(figureOf(bare))],
  ];
  return markdownOf({
    title: `A watch, ${refreshes} refreshes counted, ${watched.length} timed`,
    columns: ["", ""],
    rows,
  });
}
