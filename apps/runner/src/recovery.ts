import { jobState, type StopCause } from "@spawn/dag-core";
import { clocksAgree, exitCodeOf, type JobHistory, type Moment, type QueueFold } from "@spawn/status-model";

/** An attempt that was started, or was about to be, by a runner before this one. */
export interface InheritedAttempt {
  readonly job: string;
  readonly attempt: number;
  /** The boot in which it was started. */
  readonly bootId: string;
  readonly stopping: StopCause | undefined;
}

/** The attempts that by the journal still run, with the boot they were started in. */
export function inheritedAttempts(fold: QueueFold): readonly InheritedAttempt[] {
  return fold.running.flatMap((job) => {
    const { last } = fold.job(job);
    const state = jobState(fold.scheduler, job);
    if (last === undefined || state.phase !== "running") return [];
    return [{ job, attempt: last.attempt, bootId: last.bootId, stopping: state.stopping }];
  });
}

/**
 * Scheduler time, in ms, at which an attempt had ended that was found ended `now`, between its start and now. Unknown
 * where the wall clock was set since its start: nothing then tells how long ago that was.
 *
 * @param endedAtMs wall clock, ms since the Unix epoch
 */
export function endFound(
  attempt: { readonly started: Moment } | undefined,
  endedAtMs: number | undefined,
  now: Moment,
): number | undefined {
  if (attempt === undefined || endedAtMs === undefined) return undefined;
  const { started } = attempt;
  if (!clocksAgree(started, now)) return undefined;
  return Math.round(Math.min(now.t, Math.max(started.t, now.t - (now.at - endedAtMs))));
}

/**
 * Jobs of which this instance has nothing to store, with the attempt up to which that is so: their results are in the
 * store, or were on another instance.
 */
export function storedResults(fold: QueueFold): ReadonlyMap<string, number> {
  const stored = new Map<string, number>();
  for (const { id } of fold.created.jobs) {
    const attempt = lastStored(fold.job(id));
    if (attempt > 0) stored.set(id, attempt);
  }
  return stored;
}

function lastStored({ results, elsewhere }: JobHistory): number {
  return Math.max(results?.attempt ?? 0, elsewhere);
}

/** An attempt that ended, and that the store is not known to have. */
export interface UnstoredAttempt {
  readonly job: string;
  readonly attempt: number;
  readonly exitCode: number | undefined;
}

/** The ended attempts since each job's results were stored last, of those that the fold remembers; per job in order. */
export function unstoredAttempts(fold: QueueFold): readonly UnstoredAttempt[] {
  return fold.created.jobs.flatMap(({ id: job }) => {
    const history = fold.job(job);
    return history.attempts.flatMap(({ attempt, outcome }) => {
      if (outcome === undefined || outcome.reason === "never-started") return [];
      return attempt > lastStored(history) ? [{ job, attempt, exitCode: exitCodeOf(outcome) }] : [];
    });
  });
}
