import type { JobManager } from "@spawn/job-queue";

const PAGE = 1000;

export interface ErrorCount {
  readonly error_message: string;
  readonly jobs: number;
}

/** How many jobs have failed with each error, the most frequent first. */
export async function countErrors(manager: Pick<JobManager, "listJobs">): Promise<readonly ErrorCount[]> {
  const counts = new Map<string, number>();
  let beforeJobId: number | undefined;
  for (;;) {
    const page = {
      status: "failed",
      limit: PAGE,
      ...(beforeJobId === undefined ? {} : { beforeJobId }),
    } as const;
    const jobs = await manager.listJobs(page);
    for (const job of jobs) {
      const message = "errorMessage" in job ? (job.errorMessage ?? "") : "";
      counts.set(message, (counts.get(message) ?? 0) + 1);
    }
    beforeJobId = jobs.at(-1)?.jobId;
    if (jobs.length < PAGE) break;
  }
  return [...counts]
    .map(([error_message, jobs]) => ({ error_message, jobs }))
    .sort((a, b) => b.jobs - a.jobs || a.error_message.localeCompare(b.error_message));
}
