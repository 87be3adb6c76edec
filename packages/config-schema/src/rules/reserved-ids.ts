/** Names that a job cannot have, in lower case: what stands beside the jobs' folders in a result store. */
export const RESERVED_JOB_IDS: ReadonlySet<string> = new Set([
  "host-keys.txt",
  "instance.json",
  "journal",
  "launch.json",
  "queue.json",
  "requests",
  "status.json",
  "workdir.tar.gz",
]);
