import { type QueueSpec, toDagInput } from "@spawn/config-schema";
import { buildGraph } from "@spawn/dag-core";
import { estimatedDuration } from "@spawn/status-model";

const MARGIN_MS = 30 * 60_000;
const LONGEST_MS = 24 * 3_600_000;
/** What bounds an attempt of a cleanup job that has no timeout. */
const CLEANUP_MS = 10 * 60_000;

/**
 * How long an instance lives when nobody says it, in milliseconds: the longest chain of timeouts, all attempts counted, or the
 * queue's own timeout if that is shorter, and half an hour; a day where no timeout bounds it, and at most.
 */
export function defaultTtlMs(spec: QueueSpec): number {
  const jobs = spec.jobs.map((job) => {
    const timeoutMs = job.timeoutMs ?? (job.alwaysRun ? CLEANUP_MS : undefined);
    return timeoutMs === undefined ? job : { ...job, timeoutMs: timeoutMs * job.retry.maxAttempts };
  });
  const { ms, atLeast } = estimatedDuration(buildGraph(toDagInput({ ...spec, jobs })));
  const bound = Math.min(
    atLeast ? Number.POSITIVE_INFINITY : ms,
    spec.globalTimeoutMs ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(bound + MARGIN_MS, LONGEST_MS);
}
