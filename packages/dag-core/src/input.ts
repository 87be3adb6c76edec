/** What a failed job means for the others. `stop`: nothing new starts. `continue`: all that is not downstream of it goes on. */
export type FailureMode = "stop" | "continue";

/** How the wait before the next attempt grows. `exponential-jitter` takes a random share off it. */
export type Backoff = "fixed" | "exponential" | "exponential-jitter";

export interface RetryPolicy {
  /** Attempts in total, at least 1. */
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  /** Wait before attempt 2, in milliseconds. */
  readonly baseDelayMs: number;
  /** No wait is longer, in milliseconds. */
  readonly maxDelayMs: number;
  /** With `exponential-jitter`: the largest share of the wait that chance takes off, 0 to 1. */
  readonly jitter: number;
  /** Only these exit codes are tried again; absent: all but 0. */
  readonly retryOnCodes?: readonly number[];
  /** These exit codes are never tried again; wins over `retryOnCodes`. */
  readonly dontRetryOnCodes?: readonly number[];
}

/** What a job takes of the machine while it runs. */
export interface JobResources {
  /** May be a fraction. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
  /** Whole GPUs, each for this job alone. */
  readonly gpus?: number;
}

/** What the scheduler needs to know of a job. */
export interface DagJob {
  /** Unique in its DAG. */
  readonly id: string;
  /** All must complete before this job starts. */
  readonly dependsOn: readonly string[];
  /** The job that runs when this one has finally failed. */
  readonly onFailure?: string;
  /** Runs whatever happened, once its dependencies (without any: every other job) are settled. */
  readonly alwaysRun?: boolean;
  /** Per attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** Absent: one attempt. */
  readonly retry?: RetryPolicy;
  /** Absent: a slot and nothing else. */
  readonly resources?: JobResources;
}

export interface DagInput {
  /** At least one; their order breaks ties. */
  readonly jobs: readonly DagJob[];
  /** Default `stop`. */
  readonly failureMode?: FailureMode;
  /** The whole run, waits included, in milliseconds. */
  readonly globalTimeoutMs?: number;
}
