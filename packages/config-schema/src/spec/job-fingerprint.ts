import { createHash } from "node:crypto";
import type { JobSpec, QueueSpec } from "./queue-spec.js";

/**
 * Says whether a job is still the same work: SHA-256 (hex) over its unexpanded command, its shell, its environment
 * merged with the queue's, where its secrets are kept, and its dependencies. Order in the file does not count.
 */
export function jobFingerprint(spec: QueueSpec, job: JobSpec): string {
  const parts = [
    job.command,
    job.shell ?? null,
    sortedEntries({ ...spec.environment, ...job.environment }),
    sortedEntries(job.secrets),
    [...job.dependsOn].sort(),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function sortedEntries<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
