import type { AttemptOutcome } from "@spawn/job-queue";

/** What a handler can say of its attempt. */
export type HandlerOutcome = Exclude<AttemptOutcome, { readonly kind: "released" }>;
