import type { JobStatus } from "../job.js";
import type { JobRow } from "../job-row.js";
import type { Reply } from "./scripts.js";

/** The fields of a hash, from the flat list in which a script answers with them. */
export function fieldsOf(reply: Reply): Readonly<Record<string, string>> {
  const flat = reply as readonly (string | number)[];
  const fields: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) fields[String(flat[at])] = String(flat[at + 1]);
  return fields;
}

/** The row of a job, from its hash. */
export function jobRowOf(reply: Reply): JobRow {
  const job = fieldsOf(reply);
  return {
    job_id: Number(job.job_id),
    job_type: job.job_type as string,
    status: job.status as JobStatus,
    priority: Number(job.priority),
    config: job.config as string,
    created_at: momentOf(job.created_at) as string,
    started_at: momentOf(job.started_at),
    completed_at: momentOf(job.completed_at),
    error_message: job.error_message ?? null,
    worker_id: job.worker_id ?? null,
    retry_count: Number(job.retry_count),
    max_retries: Number(job.max_retries),
    needs: job.needs as string,
    not_before: momentOf(job.not_before),
    lease_expires_at: momentOf(job.lease_expires_at),
    cancel_requested: job.cancel_requested === "1",
  };
}

/** @param ms since the epoch, as text. */
export function momentOf(ms: string | undefined): string | null {
  return ms === undefined ? null : new Date(Number(ms)).toISOString();
}
