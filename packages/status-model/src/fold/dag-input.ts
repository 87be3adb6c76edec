import type { DagInput, DagJob } from "@spawn/dag-core";
import type { JournalJob, QueueDefinition } from "../journal-events.js";

/** What the scheduler needs of the journal's first event, or of a change of the queue file. */
export function dagInputOf({ jobs, failureMode, globalTimeoutMs }: QueueDefinition): DagInput {
  return {
    jobs: jobs.map(dagJobOf),
    failureMode,
    ...(globalTimeoutMs === undefined ? {} : { globalTimeoutMs }),
  };
}

function dagJobOf({ command: _command, fingerprint: _fingerprint, ...job }: JournalJob): DagJob {
  return job;
}
