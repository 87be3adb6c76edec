import { dirname } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import { formatDuration } from "@spawn/foundation";
import type { UnstoredJob } from "./open-uploads.js";

interface UnstoredEvent {
  readonly type: "results-unstored";
  readonly job: string;
  readonly attempt: number;
  readonly message: string;
  readonly delayed?: boolean;
}

/** The store fails, and is tried again. */
export function delayedEvent({ job, attempt, why }: UnstoredJob, deadlineMs: number): UnstoredEvent {
  const until = `trying again until ${formatDuration(deadlineMs)} after the last job's end`;
  return {
    type: "results-unstored",
    job,
    attempt,
    delayed: true,
    message: `not all of it is in the store yet, ${until}: ${why}`,
  };
}

/** Nothing more is tried: what is missing lies where it was made. */
export function unstoredEvent(
  { job, attempt, why }: UnstoredJob,
  { queueId, layout }: { readonly queueId: string; readonly layout: InstanceLayout },
): UnstoredEvent {
  const logs = dirname(layout.mergedLog(job));
  const message =
    `not all of it is in the store: ${why}. Its logs are in ${logs}, its results where it left them; ` +
    `while they are there, \`spawn queue resume ${queueId}\` stores them.`;
  return { type: "results-unstored", job, attempt, message };
}
