import { describeJobReason, type QueueStatus } from "@spawn/status-model";

/** Why a job's log is empty, and where to learn more. @param ref what later commands call the queue by */
export function whyEmpty({ job_details }: QueueStatus, job: string, ref: string): string {
  const detail = job_details.find(({ job_id }) => job_id === job);
  if (detail === undefined) return `${job} has no log.`;
  const reason = describeJobReason(detail);
  const state = `${detail.status}${reason === undefined || reason === detail.status ? "" : `: ${reason}`}`;
  const what = detail.attempt === 0 ? "has not run" : "has printed nothing";
  return `${job} ${what} (${state}).\nMore: spawn queue explain ${ref} ${job}`;
}
