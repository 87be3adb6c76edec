/** How an attempt at a job ended. */
export type AttemptOutcome =
  | { readonly kind: "completed" }
  /** It is retried, after its wait, while the job has retries left; with `retry: false` never. */
  | { readonly kind: "failed"; readonly errorMessage: string; readonly retry?: false }
  | { readonly kind: "cancelled"; readonly errorMessage?: string }
  /** Handed back: pending again, no retry used. */
  | { readonly kind: "released" };

/** Why the signal of a claimed job is aborted. */
export type AbortReason =
  | { readonly kind: "cancel-requested" }
  /** The job is somebody else's by now; nothing about it can be written any more. */
  | { readonly kind: "lease-lost" }
  /** The worker stops, and hands the job back. */
  | { readonly kind: "stopping" };
