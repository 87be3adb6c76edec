import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalLine, RunnerRig } from "./runner-rig.js";
import { parseStatus } from "./status-json.js";
import { outputOf, UNDISTURBED } from "./sweep-queue.js";

/** What a run of the sweep's queue did, counted. */
export interface RunCounts {
  readonly runners: number;
  readonly attempts: number;
  /** Announced by a runner that died before the command began. */
  readonly neverStarted: number;
  readonly commands: number;
}

/**
 * Looks for every way in which a run that was disturbed may differ from one that was not: commands run twice or not at
 * all, ends recorded twice or lost, logs and states that are not those of the commands.
 *
 * @returns what is wrong, in words; nothing when all is well.
 */
export function problemsOf(rig: RunnerRig): readonly string[] {
  const records = rig.records();
  return [
    ...statusProblems(rig),
    ...Object.keys(UNDISTURBED).flatMap((job) => attemptProblems(rig, job, records)),
    ...strayMarks(rig),
    ...finishProblems(rig, records),
    ...rig.leftovers().map((command) => `still runs: ${command}`),
    ...zombies(rig),
  ];
}

export function countsOf(rig: RunnerRig): RunCounts {
  const records = rig.records();
  return {
    runners: records.filter(({ type }) => type === "runner-started").length,
    attempts: records.filter(({ type }) => type === "attempt-starting").length,
    neverStarted: records.filter((line) => reasonOf(line) === "never-started").length,
    commands: readdirSync(join(rig.work, "marks")).length,
  };
}

function statusProblems(rig: RunnerRig): readonly string[] {
  const status = parseStatus(readFileSync(rig.stored("status.json"), "utf8"));
  const problems = status.status === "failed" ? [] : [`the stored status is ${status.status}`];
  for (const { job_id, status: state, reason } of status.job_details) {
    const ends = UNDISTURBED[job_id] ?? [];
    const expected = ends.length === 0 ? "blocked" : ends.at(-1) === 0 ? "completed" : "failed";
    if (state !== expected) problems.push(`${job_id} is ${state} (${reason}), not ${expected}`);
  }
  return problems;
}

function attemptProblems(rig: RunnerRig, job: string, records: readonly JournalLine[]): readonly string[] {
  const own = records.filter((line) => line.job === job);
  const announced = own
    .filter(({ type }) => type === "attempt-starting")
    .map(({ attempt }) => Number(attempt));
  const problems = announced.flatMap((attempt, i) =>
    attempt === i + 1 ? [] : [`${job}: attempt ${attempt} was announced as the ${i + 1}th`],
  );
  const ran: number[] = [];
  const ends: (number | string | undefined)[] = [];
  for (const attempt of announced) {
    const ended = own.filter((line) => line.type === "attempt-ended" && line.attempt === attempt);
    if (ended.length !== 1) problems.push(`${job}.${attempt} ended ${ended.length} times`);
    const reason = ended[0] === undefined ? undefined : reasonOf(ended[0]);
    const marks = marksOf(rig, job, attempt);
    if (reason === "never-started") {
      if (marks !== 0) problems.push(`${job}.${attempt} ran, and is said never to have begun`);
      continue;
    }
    ran.push(attempt);
    ends.push(reason === "exit" ? exitCodeOf(ended[0]) : reason);
    if (marks !== 1) problems.push(`${job}.${attempt} began ${marks} times`);
    problems.push(...logProblems(rig, job, attempt));
  }
  if (JSON.stringify(ends) !== JSON.stringify(UNDISTURBED[job]))
    problems.push(`${job} ended ${JSON.stringify(ends)}`);
  if (announced.length > 0) problems.push(...mergedLogProblems(rig, job, ran));
  return problems;
}

/** Byte for byte, where the job wrote them and in the store. */
function logProblems(rig: RunnerRig, job: string, attempt: number): readonly string[] {
  return (["stdout", "stderr"] as const).flatMap((stream) => {
    const expected = outputOf(job, attempt, stream);
    const places = [
      rig.attemptLog(job, attempt, stream),
      rig.stored(`${job}/attempts/${attempt}/${stream}.log`),
    ];
    return places.filter((path) => read(path) !== expected).map((path) => `${path} is not what was printed`);
  });
}

/** Each line once; the job's own logs are those of its last attempt. */
function mergedLogProblems(rig: RunnerRig, job: string, ran: readonly number[]): readonly string[] {
  const printed = ran.flatMap((attempt) =>
    (["stdout", "stderr"] as const).flatMap((stream) =>
      outputOf(job, attempt, stream).split("\n").slice(0, -1),
    ),
  );
  const merged = (read(rig.stored(`${job}/merged.log`)) ?? "").split("\n").slice(0, -1);
  const lines = merged.map((line) => line.replace(/^\[\d\d:\d\d:\d\d\] /, ""));
  const problems: string[] = [];
  if (lines.toSorted().join("\n") !== printed.toSorted().join("\n")) {
    const lost = printed.filter((line) => !lines.includes(line));
    problems.push(
      `${job}/merged.log has ${lines.length} lines for ${printed.length}; lost: ${lost.slice(0, 3).join(", ")} (${lost.length})`,
    );
  }
  const last = ran.at(-1);
  if (last !== undefined && read(rig.stored(`${job}/stdout.log`)) !== outputOf(job, last, "stdout"))
    problems.push(`${job}/stdout.log is not that of attempt ${last}`);
  if (read(rig.stored(`${job}/manifest.json`)) === undefined) problems.push(`${job} has no manifest`);
  return problems;
}

/** Commands and wrappers that ended and of which their parent has not taken leave; those of the machine's init are its own. */
function zombies(rig: RunnerRig): readonly string[] {
  const folder = join(rig.work, "marks");
  const commands = readdirSync(folder).map(
    (name) => [name, (read(join(folder, name)) ?? "").trim()] as const,
  );
  const wrappers = readdirSync(rig.claims).map((name) => {
    const claim = read(join(rig.claims, name)) ?? "";
    return [`the wrapper of ${name}`, /^\d+/.exec(claim)?.[0] ?? ""] as const;
  });
  return [...commands, ...wrappers]
    .filter(([, pid]) => /^\d+$/.test(pid) && /\) Z (?!1 )/.test(read(`/proc/${pid}/stat`) ?? ""))
    .map(([name, pid]) => `${name} is a zombie (pid ${pid})`);
}

/** Marks of attempts that no journal knows of. */
function strayMarks(rig: RunnerRig): readonly string[] {
  const known = new Set(
    rig
      .records()
      .flatMap((line) => (line.type === "attempt-starting" ? [`${line.job}.${line.attempt}`] : [])),
  );
  return readdirSync(join(rig.work, "marks"))
    .filter((name) => !known.has(name))
    .map((name) => `${name} ran, and was never announced`);
}

function finishProblems(rig: RunnerRig, records: readonly JournalLine[]): readonly string[] {
  const problems: string[] = [];
  const finishes = records.filter(({ type }) => type === "queue-finished").length;
  if (finishes !== 1) problems.push(`the queue finished ${finishes} times`);
  if (read(rig.stored("journal/000001.jsonl")) !== read(rig.journalPath))
    problems.push("the stored journal is not the journal");
  const made = read(rig.stored("talker/results/made.txt"));
  if (made !== read(join(rig.work, "made.txt"))) problems.push(`the stored result is ${made}`);
  return problems;
}

function marksOf(rig: RunnerRig, job: string, attempt: number): number {
  return (read(join(rig.work, "marks", `${job}.${attempt}`)) ?? "").split("\n").length - 1;
}

function reasonOf({ outcome }: JournalLine): string | undefined {
  if (typeof outcome !== "object" || outcome === null) return undefined;
  return String(Reflect.get(outcome, "reason"));
}

function exitCodeOf(line: JournalLine | undefined): number | undefined {
  const outcome = line?.outcome;
  if (typeof outcome !== "object" || outcome === null) return undefined;
  return Number(Reflect.get(outcome, "exitCode"));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
