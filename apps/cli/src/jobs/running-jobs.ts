import type { JobManager, RunningJob } from "@spawn/job-queue";

/** All that run, the longest first. */
export async function runningJobs(manager: Pick<JobManager, "listJobs">): Promise<readonly RunningJob[]> {
  const jobs = await manager.listJobs({ status: "running", limit: Number.MAX_SAFE_INTEGER });
  return jobs
    .filter((job) => job.status === "running")
    .sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
}
