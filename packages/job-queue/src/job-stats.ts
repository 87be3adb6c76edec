import type { JobStatus } from "./job.js";
import type { JobCounts, WorkerRow } from "./job-store.js";

export interface JobStats extends Readonly<Record<JobStatus, number>> {
  readonly total: number;
  /** Pending jobs that no worker which is there can take. */
  readonly unhandled: readonly { readonly needs: string; readonly jobs: number }[];
}

export function jobStatsOf({ byStatus, pendingByNeeds }: JobCounts, workers: readonly WorkerRow[]): JobStats {
  const takesAny = workers.some(({ needs }) => needs === null);
  const handled = new Set(workers.flatMap(({ needs }) => needs ?? []));
  return {
    ...byStatus,
    total: Object.values(byStatus).reduce((sum, jobs) => sum + jobs, 0),
    unhandled: takesAny ? [] : pendingByNeeds.filter(({ needs }) => !handled.has(needs)),
  };
}
