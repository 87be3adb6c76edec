import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { layeredGraph } from "./layered-graph.mjs";
import { RUNNERS, runnerCommand } from "./product.mjs";
import { PARALLEL } from "./queue-graph.mjs";
import { figureOf, ratioOf } from "./statistics.mjs";
import { show } from "./table.mjs";

const BASE = "node -e 0";
/** Tells when it began, as nanoseconds of the wall clock. */
const TELL = 'date +%s%N > "began.$JOB_ID.$JOB_ATTEMPT"';
const MOST_POLLS = 60_000;

/**
 * What a runner costs beside its jobs: from its start to its first job's, its memory while a job runs for long, and from its
 * start on the journal of a killed runner to the next attempt.
 *
 * @param {{ rounds: number, size: number, idleMs: number, bench: import("./run.mjs").Bench }} options `size`: jobs in the journal
 * @returns {Promise<import("./table.mjs").Section>}
 */
export async function benchRunnerCost({ rounds, size, idleMs, bench: { scratch, report } }) {
  const results = new Map([[BASE, { start: [], recovery: [], steady: [], own: [] }]]);
  const present = [...RUNNERS].filter(([, { program }]) => existsSync(program));
  for (const [name] of present) results.set(name, { start: [], recovery: [], steady: [], own: [] });
  const killed = new Map();
  for (const [name, { argv }] of present) {
    report(`${name}: a queue of ${size} jobs, killed in its last one`);
    killed.set(name, await killedRun(argv, mkdtempSync(join(scratch, "killed-")), size));
  }
  for (let round = 0; round < rounds; round += 1) {
    report(`runner, round ${round + 1}`);
    results.get(BASE).start.push(wallOf([process.execPath, "-e", "0"]));
    for (const [name, { argv }] of present) {
      const own = results.get(name);
      own.start.push(await timeToFirstJob(argv, mkdtempSync(join(scratch, "start-"))));
      own.recovery.push(await killed.get(name).recover());
      const { steady, own: anonymous } = await idleMemory(argv, mkdtempSync(join(scratch, "idle-")), idleMs);
      own.steady.push(steady);
      own.own.push(anonymous);
    }
  }
  return sectionOf(results, { rounds, size });
}

function sectionOf(results, { rounds, size }) {
  const base = results.get(BASE).start;
  const ms = (values) => (values.length === 0 ? "" : show(figureOf(values), { scale: 1000 }));
  const ratio = (values) => (values.length === 0 ? "" : show(ratioOf(values, base), { unit: "×" }));
  const mib = (values) => (values.length === 0 ? "" : show(figureOf(values), { scale: 1 / 2 ** 20 }));
  const rows = [...results].map(([name, { start, recovery, steady, own }]) => [
    name,
    ms(start),
    ratio(start),
    ms(recovery),
    ratio(recovery),
    mib(steady),
    mib(own),
  ]);
  const jobs = size.toLocaleString("en");
  return {
    title: "A runner beside its jobs",
    columns: [
      "",
      "to its first job, ms",
      `of ${BASE}`,
      `to the next attempt on a journal of ${jobs} jobs, ms`,
      `of ${BASE}`,
      "memory while a job runs, MiB",
      "without pages of the program's file, MiB",
    ],
    rows,
    remarks: [
      `Wall time; median of ${rounds} rounds (least–most). A job's start is what its own command says of it.`,
    ],
  };
}

function wallOf([program, ...args]) {
  const begun = performance.now();
  spawnSync(program, args, { stdio: "ignore", env: plainEnvironment() });
  return (performance.now() - begun) / 1000;
}

async function timeToFirstJob(argv, folder) {
  writeQueue(folder, [{ job_id: "first", command: TELL }]);
  const begun = Date.now();
  const runner = start(argv, folder);
  await ended(runner);
  return (beginningOf(folder, "first", 1) - begun) / 1000;
}

async function idleMemory(argv, folder, idleMs) {
  writeQueue(folder, [{ job_id: "long", command: `${TELL}; exec sleep ${idleMs / 1000 + 60}` }]);
  const runner = start(argv, folder);
  await until(() => existsSync(join(folder, "began.long.1")));
  // Long enough for what only the start needs to be given back.
  await wait(idleMs);
  const status = readFileSync(`/proc/${runner.pid}/status`, "utf8");
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  const memory = { steady: kib("VmRSS"), own: kib("RssAnon") };
  runner.kill("SIGTERM");
  await ended(runner);
  return memory;
}

/** A queue whose runner and last attempt are killed; `recover` starts a runner on it and kills both again. */
async function killedRun(argv, folder, size) {
  const jobs = layeredGraph(size).map(({ id, dependsOn }) => ({
    ...{ job_id: id, command: "true" },
    ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }),
  }));
  const last = { job_id: "last", command: `${TELL}; exec sleep 1000`, always_run: true };
  writeQueue(folder, [...jobs, { ...last, timeout: "1h", retry_count: 1000, retry_delay: "1ms" }]);
  let attempt = 1;
  let runner = start(argv, folder);
  const killAll = async () => {
    try {
      await until(() => hasBegun(folder, "last", attempt));
    } finally {
      runner.kill("SIGKILL");
      await ended(runner);
    }
    killAttempt(folder, "last", attempt);
  };
  await killAll();
  return {
    recover: async () => {
      attempt += 1;
      const begun = Date.now();
      runner = start(argv, folder);
      await killAll();
      return (beginningOf(folder, "last", attempt) - begun) / 1000;
    },
  };
}

function writeQueue(folder, jobs) {
  const state = join(folder, "instance/var/lib/spawn-queue");
  mkdirSync(state, { recursive: true });
  writeFileSync(
    join(state, "queue.json"),
    JSON.stringify({ queue_id: "bench", max_parallel: PARALLEL, jobs }),
  );
}

function start(argv, folder) {
  const [program, ...args] = [...argv, ...runnerCommand(folder)];
  return spawn(program, args, { cwd: folder, stdio: "ignore", env: plainEnvironment() });
}

function ended(runner) {
  if (runner.exitCode !== null || runner.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => runner.once("exit", resolve));
}

/** With its wrapper, which leads a process group of its own and whose pid begins the claim file. */
function killAttempt(folder, job, attempt) {
  const claim = readFileSync(
    join(folder, "instance/var/lib/spawn-queue/claims", `${job}.${attempt}`),
    "utf8",
  );
  const wrapper = Number.parseInt(claim, 10);
  if (!(wrapper > 1)) throw new Error(`no pid in the claim of ${job}.${attempt}: ${claim}`);
  process.kill(-wrapper, "SIGKILL");
}

function hasBegun(folder, job, attempt) {
  const name = `began.${job}.${attempt}`;
  return readdirSync(folder).includes(name) && readFileSync(join(folder, name), "utf8").endsWith("\n");
}

/** In milliseconds since the Unix epoch. */
function beginningOf(folder, job, attempt) {
  return Number(readFileSync(join(folder, `began.${job}.${attempt}`), "utf8")) / 1e6;
}

async function until(holds) {
  for (let polls = 0; !holds(); polls += 1) {
    if (polls > MOST_POLLS) throw new Error("waited in vain for a job of the bench");
    await wait(5);
  }
}

function plainEnvironment() {
  const { NODE_OPTIONS, NODE_EXTRA_CA_CERTS, ...environment } = process.env;
  return environment;
}
