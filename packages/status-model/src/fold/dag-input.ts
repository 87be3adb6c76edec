import type { DagInput, DagJob } from "@spawn/dag-core";
import type { JournalJob, RunnerEvent } from "../journal-events.js";

export type QueueCreated = Extract<RunnerEvent, { type: "queue-created" }>;

/** What the scheduler needs of the journal's first event. */
export function dagInputOf(created: QueueCreated): DagInput {
  return {
    jobs: created.jobs.map(dagJobOf),
    failureMode: created.failureMode,
    ...(created.globalTimeoutMs === undefined ? {} : { globalTimeoutMs: created.globalTimeoutMs }),
  };
}

function dagJobOf({ command: _command, fingerprint: _fingerprint, ...job }: JournalJob): DagJob {
  return job;
}
