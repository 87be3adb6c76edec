import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { RUNNER_PROGRAMS } from "./runner-programs.js";
import { type RunnerProcess, RunnerRig } from "./runner-rig.js";
import { jobOf, outcomes, parseStatus } from "./status-json.js";

const LONG = process.env.SPAWN_LONG === "1";
/** Two thousand in all in the long form, as the containment's own tests have them always. */
const PLAIN = LONG ? 1000 : 200;
const HIDDEN = LONG ? 500 : 100;
/** Time enough to fork them on a busy machine. */
const TIMEOUT = "25s";
const FORKED = { timeout: 25_000, interval: 200 };
/** TERM, then KILL, and some air for a busy machine. */
const GRACE_MS = 10_000;
const AIR_MS = 10_000;

/** Pids of processes with this word in their command line: what hides from everything else is found by it. */
function named(word: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(word);
    } catch {
      return false;
    }
  });
}

function containmentOf(rig: RunnerRig): unknown {
  return rig.records().find(({ type }) => type === "runner-started")?.containment;
}

function needsCgroups(rig: RunnerRig, skip: TestContext["skip"]): void {
  if (containmentOf(rig) === "process-group")
    skip("no cgroups may be made here: what is ended is best effort");
}

const status = (rig: RunnerRig) => parseStatus(readFileSync(rig.stored("status.json"), "utf8"));
const ended = (rig: RunnerRig, runner: RunnerProcess, job: string) =>
  rig.record((line) => line.type === "attempt-ended" && line.job === job, runner);

describe.each(RUNNER_PROGRAMS)("an attempt of the runner ($name)", { timeout: 90_000 }, (program) => {
  it("that forked very many processes, half of them hidden and deaf, leaves none after its timeout", async ({
    skip,
  }) => {
    // An argument of sleep that no other process has.
    const mark = `${randomInt(1e9, 2e9)}.5`;
    const deaf = `env -i setsid sh -c 'trap "" TERM; sleep ${mark}; sleep ${mark}' sh ${mark} &`;
    const rig = new RunnerRig(program, {
      queue_id: "swarm",
      on_failure: "continue",
      max_parallel: 2,
      jobs: [
        {
          job_id: "swarm",
          command: [
            `for ((i = 0; i < ${PLAIN}; i++)); do sleep ${mark} & done`,
            // Of each, the shell and its sleep; their parent is gone at once.
            `for ((i = 0; i < ${HIDDEN}; i++)); do (${deaf}) ; done`,
            "touch forked; wait",
          ].join("\n"),
          timeout: TIMEOUT,
        },
        { job_id: "sibling", command: "until [ -e over ]; do sleep 0.1; done" },
      ],
    });
    try {
      const runner = rig.start();
      // All at once, while none has been told to end.
      let running = 0;
      const count = () => (running = Math.max(running, named(mark).length));
      await expect.poll(count, FORKED).toBeGreaterThanOrEqual(PLAIN + 2 * HIDDEN);
      await rig.record((line) => line.type === "attempt-timed-out", runner);
      needsCgroups(rig, skip);
      const from = performance.now();
      await ended(rig, runner, "swarm");
      const tookMs = performance.now() - from;
      const left = named(mark).length;
      console.log(`${running} processes before the timeout, ${left} left after ${Math.round(tookMs)} ms`);
      expect(left).toBe(0);
      expect(tookMs).toBeLessThan(GRACE_MS + AIR_MS);
      readFileSync(join(rig.work, "forked"));
      rig.write("over");
      expect(await runner.ended).toMatchObject({ code: 1 });
      expect(outcomes(status(rig))).toEqual({ swarm: "failed 1/1", sibling: "completed 1/1" });
      expect(jobOf(status(rig), "swarm")).toMatchObject({ reason: "timeout" });
    } finally {
      rig.dispose();
    }
  });

  it("that allocates past its memory is oom; its sibling and the runner live, and usage is told", async ({
    skip,
  }) => {
    const allocate = (bytes: number) => `head -c ${bytes} /dev/zero | tail -c ${bytes} | wc -c`;
    const rig = new RunnerRig(program, {
      queue_id: "greedy",
      on_failure: "continue",
      max_parallel: 2,
      jobs: [
        {
          job_id: "greedy",
          command: `until [ -e sibling ]; do sleep 0.05; done; ${allocate(200e6)}; exit \${PIPESTATUS[1]}`,
          resources: { memory: "32MiB" },
        },
        {
          job_id: "sibling",
          command: `${allocate(20e6)}; touch sibling; until [ -e over ]; do sleep 0.1; done`,
          resources: { memory: "256MiB" },
        },
      ],
    });
    try {
      const runner = rig.start();
      await ended(rig, runner, "greedy");
      needsCgroups(rig, skip);
      rig.write("over");
      expect(await runner.ended).toMatchObject({ code: 1 });
      expect(rig.records().filter(({ type }) => type === "runner-started")).toHaveLength(1);
      expect(outcomes(status(rig))).toEqual({ greedy: "failed 1/1", sibling: "completed 1/1" });
      expect(jobOf(status(rig), "greedy")).toMatchObject({ reason: "oom" });
      for (const job of ["greedy", "sibling"]) {
        const metadata: unknown = JSON.parse(readFileSync(rig.stored(`${job}/metadata.json`), "utf8"));
        for (const told of [jobOf(status(rig), job), metadata]) {
          expect(told).toMatchObject({
            peak_memory_bytes: expect.any(Number),
            cpu_seconds: expect.any(Number),
          });
        }
      }
      expect(Reflect.get(jobOf(status(rig), "sibling"), "peak_memory_bytes")).toBeGreaterThan(20e6);
    } finally {
      rig.dispose();
    }
  });
});
