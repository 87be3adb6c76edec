import fc from "fast-check";
import type { Backoff, DagInput, DagJob, FailureMode, RetryPolicy } from "../input.js";

export interface DagShape {
  /** Default 12. */
  readonly maxJobs?: number;
  /** Default: both. */
  readonly failureMode?: FailureMode;
  /** Some with a global timeout; by default none. */
  readonly globalTimeout?: boolean;
}

interface JobDraft {
  readonly place: number;
  readonly dependsOn: readonly number[];
  readonly onFailure: number | undefined;
  readonly alwaysRun: boolean;
  readonly timeoutMs: number | undefined;
  readonly retry: RetryPolicy | undefined;
}

/** Valid DAGs, their jobs in a random file order; smaller and plainer ones when shrinking. */
export function arbitraryDag(shape: DagShape = {}): fc.Arbitrary<DagInput> {
  const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
  const draft = fc.record<JobDraft>({
    place: fc.nat(1000),
    dependsOn: fc.array(fc.nat(1000), { maxLength: 3 }),
    onFailure: rarely(fc.nat(1000)),
    alwaysRun: rarely(fc.constant(true)).map((always) => always === true),
    timeoutMs: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined, freq: 3 }),
    retry: fc.option(arbitraryRetryPolicy(), { nil: undefined }),
  });
  return fc
    .record({
      drafts: fc.array(draft, { minLength: 1, maxLength: shape.maxJobs ?? 12 }),
      failureMode: fc.constantFrom<FailureMode>("stop", "continue"),
      globalTimeoutMs: fc.option(fc.nat(20_000), { nil: undefined }),
    })
    .map(({ drafts, failureMode, globalTimeoutMs }) => ({
      jobs: jobsOf(drafts),
      failureMode: shape.failureMode ?? failureMode,
      ...(shape.globalTimeout === true && globalTimeoutMs !== undefined ? { globalTimeoutMs } : {}),
    }));
}

export function arbitraryRetryPolicy(): fc.Arbitrary<RetryPolicy> {
  return fc.record({
    maxAttempts: fc.integer({ min: 1, max: 4 }),
    backoff: fc.constantFrom<Backoff>("fixed", "exponential", "exponential-jitter"),
    baseDelayMs: fc.nat(2000),
    maxDelayMs: fc.nat(10_000),
    jitter: fc.constantFrom(0, 0.5, 1),
  });
}

/** Edges lead from earlier drafts to later ones, so there is no cycle; `place` then shuffles the file order. */
function jobsOf(drafts: readonly JobDraft[]): readonly DagJob[] {
  const id = (index: number): string => `j${index}`;
  return drafts
    .map(({ place, dependsOn, onFailure, alwaysRun, timeoutMs, retry }, index) => {
      const following = drafts.length - 1 - index;
      const job: DagJob = {
        id: id(index),
        dependsOn: index === 0 ? [] : [...new Set(dependsOn.map((pick) => id(pick % index)))],
        ...(onFailure === undefined || following === 0
          ? {}
          : { onFailure: id(index + 1 + (onFailure % following)) }),
        ...(alwaysRun ? { alwaysRun } : {}),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(retry === undefined ? {} : { retry }),
      };
      return { place, job };
    })
    .sort((a, b) => a.place - b.place)
    .map(({ job }) => job);
}
