import { unreachable } from "@spawn/foundation";
import { neighbours } from "../graph/adjacency.js";
import type { JobState } from "../job-state.js";
import { countGates } from "./gates.js";
import { barredBy } from "./halt/bar.js";
import { isSettled, type JobStatus, statusOf } from "./job-status.js";
import { outcomeOf } from "./queue-outcome.js";
import { retryPolicyOf } from "./retry.js";
import type { SchedulerState } from "./scheduler-state.js";
import { LOSSES_THAT_FAIL } from "./verdict.js";

/**
 * Compares everything that is kept up to date step by step with a fresh count, and every job with the rules. For
 * tests; O(jobs + dependencies).
 *
 * @throws Error that names the first violation.
 */
export function checkInvariants(state: SchedulerState): void {
  checkTally(state);
  checkSets(state);
  checkGates(state);
  for (const [job, own] of state.jobs.entries()) {
    checkBudget(state, job, own);
    checkRules(state, job, own);
  }
  checkOutcome(state);
}

function checkTally({ jobs, tally }: SchedulerState): void {
  const fresh: Partial<Record<JobStatus, number>> = {};
  for (const own of jobs) fresh[statusOf(own)] = (fresh[statusOf(own)] ?? 0) + 1;
  for (const [status, count] of Object.entries(tally)) {
    const counted = Object.entries(fresh).find(([other]) => other === status)?.[1] ?? 0;
    assert(counted === count, () => `${count} jobs are said to be ${status}, ${counted} are`);
  }
}

function checkSets(state: SchedulerState): void {
  const { graph, jobs, ready, lanes, running, failures } = state;
  let readyCount = 0;
  for (const [job, own] of jobs.entries()) {
    const { id } = graph.jobs[job]!;
    const isReady = own.phase === "ready";
    if (isReady) readyCount += 1;
    const rank = graph.rankOf[job]!;
    assert(ready.has(rank) === isReady, () => `${id}: heap and phase ${own.phase} differ`);
    assert(lanes[graph.laneOfRank[rank]!]!.has(rank) === isReady, () => `${id}: lane and phase differ`);
    assert(running.has(job) === (own.phase === "running"), () => `${id}: running set and phase differ`);
    const failed = own.phase === "ended" && own.state === "failed";
    assert(failures.has(job) === failed, () => `${id}: list of failures and state differ`);
  }
  assert(ready.size === readyCount, () => `${ready.size} in the heap, ${readyCount} ready`);
  const inLanes = lanes.reduce((sum, lane) => sum + lane.size, 0);
  assert(inLanes === readyCount, () => `${inLanes} in the lanes, ${readyCount} ready`);
}

function checkGates(state: SchedulerState): void {
  const fresh = countGates(state.graph, state.jobs);
  const pairs: readonly (readonly [string, ArrayLike<number>, ArrayLike<number>])[] = [
    ["missing", state.gates.missing, fresh.missing],
    ["openSources", state.gates.openSources, fresh.openSources],
    ["triggered", state.gates.triggered, fresh.triggered],
    ["openAtBarrier", state.gates.openAtBarrier, fresh.openAtBarrier],
    ["announced", state.gates.announced, fresh.announced],
  ];
  for (const [name, kept, counted] of pairs) {
    for (let index = 0; index < counted.length; index += 1) {
      assert(
        kept[index] === counted[index],
        () => `${name}[${index}] is ${kept[index]}, not ${counted[index]}`,
      );
    }
  }
}

function checkBudget(state: SchedulerState, job: number, own: JobState): void {
  const { id } = state.graph.jobs[job]!;
  const { maxAttempts } = retryPolicyOf(state.graph.jobs[job]!);
  const charged = state.charged[job]!;
  const last = state.lastAttempt[job]!;
  const losses = state.lossesInRow[job]!;
  assert(
    charged >= 0 && charged <= maxAttempts,
    () => `${id}: ${charged} of ${maxAttempts} attempts charged`,
  );
  assert(charged <= last, () => `${id}: ${charged} charged, but only ${last} made`);
  assert(losses <= LOSSES_THAT_FAIL, () => `${id}: ${losses} losses in a row`);
  if (own.phase === "retrying") assert(charged < maxAttempts, () => `${id}: retries beyond its budget`);
  if (own.phase === "running") {
    assert(own.attempt === last, () => `${id}: at attempt ${own.attempt}, the last is ${last}`);
  }
  if (own.phase === "retrying" || own.phase === "ended") {
    assert(own.attempt <= last, () => `${id}: at attempt ${own.attempt}, but only ${last} made`);
  }
}

/** What each phase says about the jobs around it. Jobs that ended are left out: after a resume, the others may have moved. */
function checkRules(state: SchedulerState, job: number, own: JobState): void {
  const { id } = state.graph.jobs[job]!;
  const open = isOpen(state, job);
  switch (own.phase) {
    case "waiting":
      assert(!open, () => `${id}: waits for nothing`);
      assert(barredBy(state, job) === undefined, () => `${id}: waits, but may not run any more`);
      return;
    case "ready":
    case "retrying":
      assert(open, () => `${id}: ${own.phase} before its time`);
      assert(barredBy(state, job) === undefined, () => `${id}: ${own.phase}, but may not run any more`);
      return;
    case "running":
      assert(open, () => `${id}: runs before its time`);
      return;
    case "unrunnable":
      assert(
        (own.state === "cancelled") === (own.reason !== undefined),
        () => `${id}: reason and state differ`,
      );
      return;
    case "ended":
      assert(own.state === "cancelled" || own.reason === undefined, () => `${id}: a reason without a cancel`);
      return;
    default:
      unreachable(own);
  }
}

/** Whether nothing keeps a job from running but a slot; told from the states around it, not from the gates. */
function isOpen({ graph, jobs }: SchedulerState, job: number): boolean {
  const dependencies = neighbours(graph.dependencies, job);
  const sources = neighbours(graph.sources, job);
  const settled = (other: number): boolean => isSettled(jobs[other]!);
  const kind = graph.kinds[job]!;
  switch (kind) {
    case "normal":
      return dependencies.every((other) => statusOf(jobs[other]!) === "completed");
    case "handler":
      return dependencies.every(settled) && sources.some((other) => statusOf(jobs[other]!) === "failed");
    case "always-run": {
      const barrier = graph.barriers[graph.barrierOf[job]!];
      const awaited = (other: number): boolean => barrier?.awaited[other] === 1;
      return (
        dependencies.every(settled) &&
        sources.every(settled) &&
        jobs.every((_, other) => !awaited(other) || settled(other))
      );
    }
    default:
      return unreachable(kind);
  }
}

function checkOutcome(state: SchedulerState): void {
  const expected = outcomeOf(state);
  assert(
    expected?.state === state.outcome?.state && expected?.reason === state.outcome?.reason,
    () => `outcome is ${JSON.stringify(state.outcome)}, not ${JSON.stringify(expected)}`,
  );
  const stuck =
    state.started && expected === undefined && state.running.size === 0 && state.tally.retrying === 0;
  assert(!stuck || state.ready.size > 0, () => "nothing runs, nothing can, and the run is not over");
}

function assert(holds: boolean, message: () => string): void {
  if (!holds) throw new Error(`invariant violated: ${message()}`);
}
