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

/**
 * What running jobs have printed of which the store has nothing yet: their last lines, from the status; `undefined` where
 * there are none.
 */
export function notStoredYet({ job_details }: QueueStatus, jobs: readonly string[]): string | undefined {
  const printed = job_details.filter(
    ({ job_id, recent_output }) => jobs.includes(job_id) && (recent_output ?? []).length > 0,
  );
  if (printed.length === 0) return undefined;
  return printed
    .map(({ job_id, status, recent_output }) =>
      [
        `The log of ${job_id} is not in the store yet (${status}). Its last lines:`,
        ...(recent_output ?? []).map((line) => `  ${line}`),
      ].join("\n"),
    )
    .join("\n");
}
