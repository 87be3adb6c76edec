import { unreachable } from "@spawn/foundation";
import type { Job, JobFacts, JobStatus } from "./job.js";
import type { JsonValue } from "./json-value.js";

/** A job as a store keeps it and as `--json` prints it. `null` where the job's state has no such field. */
export interface JobRow {
  readonly job_id: number;
  readonly job_type: string;
  readonly status: JobStatus;
  readonly priority: number;
  /** JSON text. */
  readonly config: string;
  readonly created_at: string;
  /** Of the latest attempt. */
  readonly started_at: string | null;
  readonly completed_at: string | null;
  /** Of the latest attempt that did not complete. */
  readonly error_message: string | null;
  /** Who has it, or had it last. */
  readonly worker_id: string | null;
  readonly retry_count: number;
  readonly max_retries: number;
  readonly needs: string;
  readonly not_before: string | null;
  readonly lease_expires_at: string | null;
  readonly cancel_requested: boolean;
}

/** Parses a row into the job it stands for. A row that no job can have is a bug of its store, and throws. */
export function jobOf(row: JobRow): Job {
  const facts: JobFacts = {
    jobId: row.job_id,
    jobType: row.job_type,
    priority: row.priority,
    config: JSON.parse(row.config) as JsonValue,
    needs: row.needs,
    createdAt: row.created_at,
    retryCount: row.retry_count,
    maxRetries: row.max_retries,
  };
  const need = <Field extends keyof JobRow>(field: Field): NonNullable<JobRow[Field]> => {
    const value = row[field];
    if (value === null) throw new Error(`job ${row.job_id} is ${row.status} and has no ${field}`);
    return value as NonNullable<JobRow[Field]>;
  };
  switch (row.status) {
    case "pending":
      return {
        ...facts,
        status: "pending",
        ...(row.not_before === null ? {} : { notBefore: row.not_before }),
        ...(row.error_message === null ? {} : { errorMessage: row.error_message }),
      };
    case "running":
      return {
        ...facts,
        status: "running",
        startedAt: need("started_at"),
        workerId: need("worker_id"),
        leaseExpiresAt: need("lease_expires_at"),
        cancelRequested: row.cancel_requested,
      };
    case "completed":
      return {
        ...facts,
        status: "completed",
        startedAt: need("started_at"),
        completedAt: need("completed_at"),
        workerId: need("worker_id"),
      };
    case "failed":
      return {
        ...facts,
        status: "failed",
        startedAt: need("started_at"),
        completedAt: need("completed_at"),
        workerId: need("worker_id"),
        errorMessage: need("error_message"),
      };
    case "cancelled":
      return {
        ...facts,
        status: "cancelled",
        ...(row.started_at === null ? {} : { startedAt: row.started_at }),
        completedAt: need("completed_at"),
        ...(row.worker_id === null ? {} : { workerId: row.worker_id }),
        ...(row.error_message === null ? {} : { errorMessage: row.error_message }),
      };
    default:
      return unreachable(row.status);
  }
}

/** The row of a job, with its columns in their order: what is printed as JSON. */
export function jobRowOf(job: Job): JobRow {
  const started: { readonly startedAt?: string; readonly workerId?: string } =
    job.status === "pending" ? {} : job;
  const row: JobRow = {
    job_id: job.jobId,
    job_type: job.jobType,
    status: job.status,
    priority: job.priority,
    config: JSON.stringify(job.config),
    created_at: job.createdAt,
    started_at: started.startedAt ?? null,
    completed_at: "completedAt" in job ? job.completedAt : null,
    error_message: "errorMessage" in job ? (job.errorMessage ?? null) : null,
    worker_id: started.workerId ?? null,
    retry_count: job.retryCount,
    max_retries: job.maxRetries,
    needs: job.needs,
    not_before: job.status === "pending" ? (job.notBefore ?? null) : null,
    lease_expires_at: job.status === "running" ? job.leaseExpiresAt : null,
    cancel_requested: job.status === "running" && job.cancelRequested,
  };
  return row;
}
