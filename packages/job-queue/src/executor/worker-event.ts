import type { AttemptOutcome } from "../attempt-outcome.js";
import type { RunningJob } from "../job.js";

/** What a worker tells those who watch it. */
export type WorkerEvent =
  | { readonly kind: "started"; readonly job: RunningJob }
  /** `recorded: false`: the job had been lost to another worker, and the outcome counts for nothing. */
  | {
      readonly kind: "ended";
      readonly job: RunningJob;
      readonly outcome: AttemptOutcome;
      readonly recorded: boolean;
    }
  /** The store could not be used; the worker tries again. */
  | { readonly kind: "store-failed"; readonly error: unknown }
  /** No new jobs any more; those that run have their grace. */
  | { readonly kind: "stopping"; readonly running: number };
