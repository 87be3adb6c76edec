import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { countsOf, problemsOf, type RunCounts } from "./run-evidence.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";
import { type RunnerProcess, RunnerRig } from "./runner-rig.js";
import { seededNumbers } from "./seeded-numbers.js";
import { sideBySide } from "./side-by-side.js";
import { sweepQueue } from "./sweep-queue.js";

const LONG = process.env.SPAWN_LONG === "1";
/** Two processors are enough for anybody. */
const WIDTH = 2;
const SPREAD = 12;
const RANDOM_RUNS = Number(process.env.SPAWN_RANDOM_RUNS ?? (LONG ? 1000 : 15));
/** In how many of its runners a random run is disturbed, at most. */
const MOST_KILLS = 3;
const SEED = Number(process.env.SPAWN_SEED ?? 20_260_127);

/** When a runner is killed. It may have ended before that. */
type Moment = (rig: RunnerRig, runner: RunnerProcess) => Promise<void>;

/** Runs the queue with one runner killed at each of the moments, then one that is left alone. */
async function disturbedRun(
  program: RunnerProgram,
  moments: readonly Moment[],
): Promise<{ readonly problems: readonly string[]; readonly counts: RunCounts; readonly records: number }> {
  const rig = new RunnerRig(program, sweepQueue("sweep"));
  try {
    for (const moment of moments) {
      const runner = rig.start();
      await moment(rig, runner);
      await runner.kill();
    }
    const last = await rig.start().ended;
    const problems = last.code === 1 ? [] : [`the last runner exited with ${last.code}: ${last.stderr}`];
    return {
      problems: [...problems, ...problemsOf(rig)],
      counts: countsOf(rig),
      records: rig.records().length,
    };
  } finally {
    rig.dispose();
  }
}

/** Runs them all; the problems of each by its name, and all counts together. */
async function sweep(
  program: RunnerProgram,
  runs: readonly { readonly name: string; readonly moments: readonly Moment[] }[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const problems: Record<string, readonly string[]> = {};
  const total = { runs: 0, runners: 0, attempts: 0, neverStarted: 0, commands: 0 };
  let kills = 0;
  await sideBySide(runs, WIDTH, async ({ name, moments }) => {
    const run = await disturbedRun(program, moments);
    total.runs += 1;
    kills += moments.length;
    for (const key of ["runners", "attempts", "neverStarted", "commands"] as const)
      total[key] += run.counts[key];
    if (run.problems.length > 0) problems[name] = run.problems;
  });
  console.log(
    `${total.runs} runs, ${kills} moments of death, ${total.runners} runners: ${total.attempts} attempts announced, ` +
      `${total.neverStarted} never begun, ${total.commands} commands run; ${Object.keys(problems).length} runs with problems`,
  );
  return problems;
}

describe.each(RUNNER_PROGRAMS)("the runner ($name), killed", (program) => {
  it(
    "after a record of its journal, loses nothing and runs nothing twice",
    async () => {
      const undisturbed = await disturbedRun(program, []);
      expect(undisturbed.problems).toEqual([]);
      const count = undisturbed.records;
      const step = LONG ? 1 : Math.ceil(count / SPREAD);
      const runs = [];
      for (let k = 1; k <= count; k += step)
        runs.push({
          name: `after record ${k}`,
          moments: [(rig: RunnerRig, runner: RunnerProcess) => rig.recorded(k, runner)],
        });
      expect(await sweep(program, runs)).toEqual({});
    },
    LONG ? 1_800_000 : 60_000,
  );

  it(
    "at random moments, loses nothing and runs nothing twice",
    async () => {
      console.log(`seed ${SEED}; SPAWN_SEED chooses another, SPAWN_RANDOM_RUNS how many`);
      const began = performance.now();
      expect((await disturbedRun(program, [])).problems).toEqual([]);
      const wholeMs = performance.now() - began;
      const random = seededNumbers(SEED);
      const runs = Array.from({ length: RANDOM_RUNS }, (_, i) => {
        const waits = Array.from({ length: 1 + Math.floor(random() * MOST_KILLS) }, () => random() * wholeMs);
        return {
          name: `run ${i}: after ${waits.map((ms) => `${Math.round(ms)} ms`).join(", ")}`,
          moments: waits.map((ms) => () => wait(ms)),
        };
      });
      expect(await sweep(program, runs)).toEqual({});
    },
    Math.max(60_000, RANDOM_RUNS * 10_000),
  );
});
