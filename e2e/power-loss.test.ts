import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";
import { type JournalLine, RunnerRig } from "./runner-rig.js";
import { sideBySide } from "./side-by-side.js";
import { jobOf, outcomes, parseStatus } from "./status-json.js";
import { sweepQueue, UNDISTURBED } from "./sweep-queue.js";

const LONG = process.env.SPAWN_LONG === "1";
/** How many of the sweep's records the short form takes. */
const SPREAD = 8;
const WIDTH = 2;

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
/** In a mount namespace of its own: the file that it is given in the place of the kernel's boot id. */
const WITH_BOOT_ID = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `mount --bind "$1" ${BOOT_ID} && shift && exec "$@"`,
  "sh",
];

/** A program that shows another boot to what it starts: the same machine, as it were, after the power came back. */
function newBoot(rig: RunnerRig): readonly string[] {
  const path = join(rig.work, `boot-${randomUUID()}`);
  writeFileSync(path, `${randomUUID()}\n`);
  return [...WITH_BOOT_ID, path];
}

function needsNamespaces(skip: TestContext["skip"]): void {
  const tried = spawnSync("unshare", ["--mount", "mount", "--bind", "/dev/null", BOOT_ID], {
    encoding: "utf8",
  });
  if (tried.status !== 0) skip(`no boot can be played here: ${tried.stderr?.trim() ?? tried.error?.message}`);
}

/** Runs until a record matches, then takes the power away: runner, wrappers and commands are gone at once. */
async function powerLossAt(
  rig: RunnerRig,
  boot: readonly string[],
  matches: (line: JournalLine) => boolean,
): Promise<void> {
  const runner = rig.start([], boot);
  await rig.record(matches, runner);
  rig.killEverything();
  await runner.ended;
}

const status = (rig: RunnerRig) => parseStatus(readFileSync(rig.stored("status.json"), "utf8"));
const starts = (line: JournalLine, job: string, attempt: number): boolean =>
  line.type === "attempt-started" && line.job === job && line.attempt === attempt;

describe.each(RUNNER_PROGRAMS)("when the machine ($name) loses its power", (program) => {
  it("what ran is lost and runs again under the next number, with no retry used up", async ({ skip }) => {
    needsNamespaces(skip);
    const rig = new RunnerRig(program, {
      queue_id: "power",
      max_parallel: 2,
      jobs: [
        { job_id: "done", command: "echo $JOB_ATTEMPT >> marks/done" },
        {
          job_id: "long",
          command: "echo $JOB_ATTEMPT >> marks/long; [ $JOB_ATTEMPT -ge 2 ] || sleep 600",
          depends_on: ["done"],
        },
        { job_id: "after", command: "echo $JOB_ATTEMPT >> marks/after", depends_on: ["long"] },
      ],
    });
    try {
      await powerLossAt(rig, newBoot(rig), (line) => starts(line, "long", 1));
      const last = await rig.start([], newBoot(rig)).ended;
      expect(last).toMatchObject({ code: 0 });
      expect(outcomes(status(rig))).toEqual({
        done: "completed 1/1",
        long: "completed 1/1",
        after: "completed 1/1",
      });
      expect(jobOf(status(rig), "long")).toMatchObject({
        attempt: 2,
        previous_attempts: [{ attempt: 1, reason: "host-lost" }],
      });
      const marks = ["done", "long", "after"].map((job) =>
        readFileSync(join(rig.work, "marks", job), "utf8"),
      );
      expect(marks).toEqual(["1\n", "1\n2\n", "1\n"]);
      expect(rig.leftovers()).toEqual([]);
    } finally {
      rig.dispose();
    }
  });

  it("three times in a row under the same job, the job fails and says why", async ({ skip }) => {
    needsNamespaces(skip);
    const rig = new RunnerRig(program, {
      queue_id: "killer",
      jobs: [{ job_id: "killer", command: "echo $JOB_ATTEMPT >> marks/killer; sleep 600", retry_count: 5 }],
    });
    try {
      for (const attempt of [1, 2, 3])
        await powerLossAt(rig, newBoot(rig), (line) => starts(line, "killer", attempt));
      const last = await rig.start([], newBoot(rig)).ended;
      expect(last).toMatchObject({ code: 1 });
      expect(status(rig)).toMatchObject({ status: "failed", first_failure: "killer" });
      expect(jobOf(status(rig), "killer")).toMatchObject({
        status: "failed",
        reason: "host-lost",
        attempt: 3,
      });
      expect(readFileSync(join(rig.work, "marks/killer"), "utf8")).toBe("1\n2\n3\n");
    } finally {
      rig.dispose();
    }
  });

  it(
    "after any record, every job comes to the end that it has undisturbed, once",
    async ({ skip }) => {
      needsNamespaces(skip);
      const count = (await lossAfter(program, Number.POSITIVE_INFINITY)).records;
      const step = LONG ? 1 : Math.ceil(count / SPREAD);
      const moments = Array.from({ length: Math.ceil(count / step) }, (_, i) => 1 + i * step);
      const problems: Record<string, readonly string[]> = {};
      let lost = 0;
      await sideBySide(moments, WIDTH, async (record) => {
        const run = await lossAfter(program, record);
        lost += run.lost;
        if (run.problems.length > 0) problems[`after record ${record}`] = run.problems;
      });
      console.log(`${moments.length} losses of power, ${lost} attempts lost with it`);
      expect(problems).toEqual({});
      expect(lost).toBeGreaterThan(0);
    },
    LONG ? 600_000 : 90_000,
  );
});

/** Takes the power away after that many records, and runs the queue on after the next boot. */
async function lossAfter(program: RunnerProgram, record: number): Promise<SweptLoss> {
  const rig = new RunnerRig(program, sweepQueue("loss"));
  try {
    const runner = rig.start([], newBoot(rig));
    await (Number.isFinite(record) ? rig.recorded(record, runner) : runner.ended);
    rig.killEverything();
    await runner.ended;
    const last = await rig.start([], newBoot(rig)).ended;
    const records = rig.records();
    return {
      records: records.length,
      lost: records.filter((line) => reasonOf(line) === "host-lost").length,
      problems: [
        ...(last.code === 1 ? [] : [`exit code ${last.code}: ${last.stderr}`]),
        ...lossProblems(rig, records),
      ],
    };
  } finally {
    rig.dispose();
  }
}

interface SweptLoss {
  readonly records: number;
  readonly lost: number;
  readonly problems: readonly string[];
}

function lossProblems(rig: RunnerRig, records: readonly JournalLine[]): readonly string[] {
  const problems: string[] = rig.leftovers().map((command) => `still runs: ${command}`);
  for (const { job_id, status: state } of status(rig).job_details) {
    const own = records.filter(({ job }) => job === job_id);
    const announced = own
      .filter(({ type }) => type === "attempt-starting")
      .map(({ attempt }) => Number(attempt));
    const ends = own.filter(({ type }) => type === "attempt-ended");
    const undisturbed = UNDISTURBED[job_id] ?? [];
    const expected = undisturbed.length === 0 ? "blocked" : undisturbed.at(-1) === 0 ? "completed" : "failed";
    if (state !== expected) problems.push(`${job_id} is ${state}, not ${expected}`);
    if (announced.some((attempt, i) => attempt !== i + 1)) problems.push(`${job_id}: attempts ${announced}`);
    if (ends.length !== announced.length)
      problems.push(`${job_id}: ${announced.length} attempts, ${ends.length} ends`);
    const succeeded = ends.filter(({ outcome }) => JSON.stringify(outcome).includes('"exitCode":0')).length;
    if (succeeded !== (expected === "completed" ? 1 : 0))
      problems.push(`${job_id} completed ${succeeded} times`);
    for (const attempt of announced) {
      const mark = join(rig.work, "marks", `${job_id}.${attempt}`);
      const times = existsSync(mark) ? readFileSync(mark, "utf8").split("\n").length - 1 : 0;
      if (times > 1) problems.push(`${job_id}.${attempt} began ${times} times`);
    }
  }
  return problems;
}

function reasonOf({ outcome }: JournalLine): unknown {
  return typeof outcome === "object" && outcome !== null ? Reflect.get(outcome, "reason") : undefined;
}
