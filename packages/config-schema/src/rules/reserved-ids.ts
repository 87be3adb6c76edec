/**
 * Names that a job cannot have, in lower case: what stands beside the jobs' folders in a result store, in a downloaded
 * copy of it, or in a runner's folder.
 */
export const RESERVED_JOB_IDS: ReadonlySet<string> = new Set([
  "attempts",
  "claim",
  "current-job",
  "journal",
  "journal.jsonl",
  "queue.json",
  "requests",
  "results",
  "status.json",
  "work",
  "workdir",
  "workdir.json",
  "workdir.tar.gz",
]);
