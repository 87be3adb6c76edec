import { jobState, type SchedulerState, type StopCause } from "@spawn/dag-core";
import { exitCodeOf, type JournalRecord } from "@spawn/status-model";

/** An attempt that was started, or was about to be, by a runner before this one. */
export interface InheritedAttempt {
  readonly job: string;
  readonly attempt: number;
  /** The boot in which it was started. */
  readonly bootId: string;
  readonly stopping: StopCause | undefined;
}

/** The attempts that by the journal still run, with the boot they were started in. */
export function inheritedAttempts(
  records: readonly JournalRecord[],
  scheduler: SchedulerState,
): readonly InheritedAttempt[] {
  const boots = new Map<string, { attempt: number; bootId: string }>();
  let bootId = "";
  for (const { event } of records) {
    if (event.type === "runner-started") bootId = event.bootId;
    else if (event.type === "attempt-starting") boots.set(event.job, { attempt: event.attempt, bootId });
    else if (event.type === "attempt-ended") boots.delete(event.job);
  }
  const inherited: InheritedAttempt[] = [];
  for (const [job, started] of boots) {
    const state = jobState(scheduler, job);
    if (state.phase === "running") inherited.push({ job, ...started, stopping: state.stopping });
  }
  return inherited;
}

/** Jobs whose results are in the store, with the attempt they are of. */
export function storedResults(records: readonly JournalRecord[]): ReadonlyMap<string, number> {
  const stored = new Map<string, number>();
  for (const { event } of records) {
    if (event.type === "results-stored") stored.set(event.job, event.attempt);
  }
  return stored;
}

/** An attempt that ended, and that the store is not known to have. */
export interface UnstoredAttempt {
  readonly job: string;
  readonly attempt: number;
  readonly exitCode: number | undefined;
}

/** The ended attempts since each job's results were stored last, in the order of their ends. */
export function unstoredAttempts(records: readonly JournalRecord[]): readonly UnstoredAttempt[] {
  const unstored = new Map<string, UnstoredAttempt[]>();
  for (const { event } of records) {
    if (event.type === "results-stored") {
      const later = unstored.get(event.job)?.filter(({ attempt }) => attempt > event.attempt);
      unstored.set(event.job, later ?? []);
    } else if (event.type === "attempt-ended" && event.outcome.reason !== "never-started") {
      const { job, attempt, outcome } = event;
      const ended = { job, attempt, exitCode: exitCodeOf(outcome) };
      unstored.set(job, [...(unstored.get(job) ?? []), ended]);
    }
  }
  return [...unstored.values()].flat();
}
