import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { redisServer } from "./redis-server.mjs";
import { figureOf, interleave, ratioOf } from "./statistics.mjs";
import { show } from "./table.mjs";

/** @typedef {import("./table.mjs").Section} Section */

/**
 * The job queue: what it does in a second beside the same statements alone and beside its peers; a claim among few and among
 * many pending jobs; and how long a submitted job waits for an idle worker.
 *
 * @param {{ jobs: number, fullJobs: number, redisJobs: number, pending: readonly number[], claims: number, probes: number,
 *   rounds: number, bench: import("./run.mjs").Bench }} options
 * @returns {AsyncGenerator<Section>}
 */
export async function* benchJobQueue(options) {
  const redis = await redisServer(options.bench);
  try {
    yield await sqliteRates("normal", options.jobs, options);
    yield await sqliteRates("full", options.fullJobs, options);
    if (redis !== undefined) yield await redisRates(redis.url, options);
    yield await claimTimes(options);
    yield await latencies(redis?.url, options);
  } finally {
    await redis?.stop();
  }
}

async function sqliteRates(synchronous, jobs, { rounds, bench }) {
  const contender = (name) => [name, () => inNewFile(bench, (file) => rates(name, file, jobs, synchronous))];
  const results = await interleave(
    rounds,
    new Map(["spawn", "raw", "plainjobs"].map(contender)),
    announce(bench, `${jobs} jobs on SQLite at ${synchronous}`),
  );
  return ratesSection(`Jobs on SQLite, synchronous ${synchronous.toUpperCase()}`, jobs, rounds, results, {
    spawn: "spawn",
    raw: "better-sqlite3, the same statements",
    plainjobs: "plainjobs",
  });
}

function rates(name, file, jobs, synchronous) {
  return jsonOf("job-store-run.mjs", name, file, jobs, synchronous);
}

async function redisRates(url, { redisJobs, rounds, bench }) {
  const contender = (name) => [name, () => jsonOf("job-redis-run.mjs", name, url, redisJobs)];
  const results = await interleave(
    rounds,
    new Map(["spawn", "bullmq"].map(contender)),
    announce(bench, `${redisJobs} jobs on Redis`),
  );
  return ratesSection("Jobs on Redis", redisJobs, rounds, results, {
    spawn: "spawn",
    bullmq: "BullMQ alone",
  });
}

/** @returns {Section} with the second contender as the base of the ratios. */
function ratesSection(title, jobs, rounds, results, labels) {
  const [, base] = Object.keys(labels);
  const kinds = ["submits", "claims", "ends", "both"];
  const of = (name, kind) => results.get(name).map((result) => result[kind]);
  return {
    title,
    columns: [
      "a second",
      ...["submits", "claims", "ends", "claims with ends"].flatMap((kind) => [kind, `of ${labels[base]}`]),
    ],
    rows: Object.entries(labels).map(([name, label]) => [
      label,
      ...kinds.flatMap((kind) => [
        show(figureOf(of(name, kind))),
        name === base ? "1.00×" : `${show(ratioOf(of(name, kind), of(base, kind)), { unit: "×" })}`,
      ]),
    ]),
    remarks: [
      `${jobs.toLocaleString("en")} jobs, one client, one call after the other. ${roundsRemark(rounds)}`,
    ],
  };
}

async function claimTimes({ pending, claims, rounds, bench }) {
  const contender = (jobs) => [
    String(jobs),
    () => inNewFile(bench, (file) => jsonOf("job-claim-run.mjs", file, jobs, claims)),
  ];
  const results = await interleave(
    rounds,
    new Map(pending.map(contender)),
    announce(bench, `${claims} claims among pending jobs`),
  );
  const of = (jobs, kind) => results.get(String(jobs)).map((result) => result[kind]);
  const [fewest] = pending;
  return {
    title: "A claim among pending jobs",
    columns: ["pending jobs", "µs, median", `of ${fewest.toLocaleString("en")}`, "µs, 99th percentile"],
    rows: pending.map((jobs) => [
      jobs.toLocaleString("en"),
      show(figureOf(of(jobs, "median"))),
      show(ratioOf(of(jobs, "median"), of(fewest, "median")), { unit: "×" }),
      show(figureOf(of(jobs, "p99"))),
    ]),
    remarks: [
      `${claims.toLocaleString("en")} claims at NORMAL, each job ended after it. ${roundsRemark(rounds)}`,
    ],
  };
}

async function latencies(redisUrl, { probes, rounds, bench }) {
  const run = (name, place) => jsonOf("job-latency-run.mjs", name, place, probes);
  const contenders = new Map([
    ["spawn on SQLite, FULL", () => inNewFile(bench, (file) => run("spawn-sqlite", file))],
    ["plainjobs (looks every second)", () => inNewFile(bench, (file) => run("plainjobs", file))],
  ]);
  if (redisUrl !== undefined) {
    contenders.set("spawn on Redis", () => run("spawn-redis", redisUrl));
    contenders.set("BullMQ alone", () => run("bullmq", redisUrl));
  }
  const results = await interleave(rounds, contenders, announce(bench, `${probes} jobs for an idle worker`));
  return {
    title: "From submit to start, with an idle worker in another process",
    columns: ["", "ms, median", "ms, 99th percentile"],
    rows: [...contenders.keys()].map((name) => [
      name,
      ...["median", "p99"].map((kind) => show(figureOf(results.get(name).map((result) => result[kind])))),
    ]),
    remarks: [`${probes} jobs, 20 to 100 ms apart. Median of ${rounds} interleaved rounds (least–most).`],
  };
}

function roundsRemark(rounds) {
  return `Median of ${rounds} interleaved rounds (least–most); ratios are taken within a round.`;
}

function announce({ report }, what) {
  return (name, round) => report(`${what}, round ${round + 1}: ${name}`);
}

let files = 0;

function inNewFile({ scratch }, use) {
  files += 1;
  const file = join(scratch, `jobs-${files}.db`);
  try {
    return use(file);
  } finally {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  }
}

/** What a program of this folder prints, read as JSON. */
function jsonOf(script, ...args) {
  const argv = [join(import.meta.dirname, script), ...args.map(String)];
  const result = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${argv.join(" ")} failed: ${result.error ?? result.stderr}`);
  return JSON.parse(result.stdout);
}
