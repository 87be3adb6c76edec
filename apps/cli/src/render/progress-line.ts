import type { QueueStatus } from "@spawn/status-model";

/** How far a queue is, on one line: `running: 1 of 3 jobs completed (train)`. The same line as long as nothing has changed. */
export function progressLine(status: QueueStatus): string {
  const { jobs, job_details } = status;
  const running = job_details.filter((job) => job.status === "running").map(({ job_id }) => job_id);
  const failed = jobs.failed > 0 ? `, ${jobs.failed} failed` : "";
  const now = running.length === 0 ? "" : ` (${running.join(", ")})`;
  return `${status.status}: ${jobs.completed} of ${jobs.total} jobs completed${failed}${now}`;
}
