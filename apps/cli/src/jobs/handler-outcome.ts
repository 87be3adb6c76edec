import type { AttemptOutcome } from "@spawn/job-queue";

/** What a handler can say of its attempt. */
export type HandlerOutcome = Exclude<AttemptOutcome, { readonly kind: "released" }>;

/** Of an attempt that is somebody else's, or handed back: nobody reads it. */
export const LEFT: HandlerOutcome = { kind: "failed", errorMessage: "left to another worker" };
