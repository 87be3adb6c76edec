import { unreachable } from "@spawn/foundation";
import { neighbours } from "../graph/adjacency.js";
import type { JobState, UnrunnableState } from "../job-state.js";
import { announce, countGates } from "./gates.js";
import { isSettled } from "./job-status.js";
import { become, type SchedulerState } from "./scheduler-state.js";

/**
 * Carries the news of jobs that have just settled to all that wait for them. What becomes of a job depends on how its
 * dependencies ended, not on the order in which they did.
 */
export function settle(state: SchedulerState, settled: Iterable<number>): void {
  const pending = [...settled];
  for (let job = pending.pop(); job !== undefined; job = pending.pop()) {
    const own = state.jobs[job]!;
    if (state.gates.announced[job] === 0) {
      announce(state.graph, state.gates, job, own, (other) => review(state, other, pending));
    }
    const consequence = consequenceOf(own);
    if (consequence === undefined) continue;
    for (const dependent of neighbours(state.graph.dependents, job)) {
      if (state.graph.kinds[dependent] === "normal") worsen(state, dependent, consequence, pending);
    }
  }
}

/**
 * Decides afresh, from what is settled, what every other job waits for; between two attempts no backoff is waited for
 * any more. For a run in which nothing runs. O(jobs + dependencies).
 */
export function reconsider(state: SchedulerState): void {
  for (const [job, own] of state.jobs.entries()) {
    if (!isSettled(own)) become(state, job, { phase: "waiting" });
  }
  state.gates = countGates(state.graph, state.jobs);
  reviewAll(state);
}

/** Looks at every job again; its gates are right. */
export function reviewAll(state: SchedulerState): void {
  const settled: number[] = [];
  for (const [job, own] of state.jobs.entries()) {
    if (isSettled(own)) settled.push(job);
    else review(state, job, settled);
  }
  settle(state, settled);
}

/** Lets a waiting job go ahead, or gives it up, if its gates say so. */
function review(state: SchedulerState, job: number, settled: number[]): void {
  if (state.jobs[job]!.phase !== "waiting") return;
  const { graph, gates } = state;
  const complete = gates.missing[job] === 0;
  const kind = graph.kinds[job]!;
  switch (kind) {
    case "normal":
      if (complete) become(state, job, { phase: "ready" });
      return;
    case "handler":
      if (gates.triggered[job] === 1) {
        if (complete) become(state, job, { phase: "ready" });
      } else if (gates.openSources[job] === 0) {
        become(state, job, { phase: "unrunnable", state: "skipped" });
        settled.push(job);
      }
      return;
    case "always-run": {
      const barrier = graph.barrierOf[job]!;
      if (complete && (barrier === -1 || gates.openAtBarrier[barrier] === 0)) {
        become(state, job, { phase: "ready" });
      }
      return;
    }
    default:
      unreachable(kind);
  }
}

type Unrunnable = Extract<JobState, { phase: "unrunnable" }>;

/** What a settled job makes of the normal jobs that depend on it. */
function consequenceOf(job: JobState): Unrunnable | undefined {
  if (job.phase === "unrunnable") return job;
  if (job.phase !== "ended") return undefined;
  switch (job.state) {
    case "completed":
      return undefined;
    case "failed":
      return { phase: "unrunnable", state: "blocked" };
    case "cancelled":
      return { phase: "unrunnable", state: "cancelled", reason: job.reason ?? "cancelled" };
    default:
      return unreachable(job);
  }
}

const GRAVITY: Record<UnrunnableState, number> = { skipped: 1, cancelled: 2, blocked: 3 };

function worsen(state: SchedulerState, job: number, consequence: Unrunnable, settled: number[]): void {
  const own = state.jobs[job]!;
  const worse =
    own.phase === "waiting" ||
    (own.phase === "unrunnable" && GRAVITY[consequence.state] > GRAVITY[own.state]);
  if (!worse) return;
  become(state, job, consequence);
  settled.push(job);
}
