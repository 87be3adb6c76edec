import { closeDownstream, resumableJobs } from "@spawn/dag-core";
import { SpawnError, unreachable } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import {
  type Absence,
  describeJobReason,
  type JobStatus,
  openJobs,
  type QueueFold,
  type QueueStatus,
  renewals,
} from "@spawn/status-model";
import type { ChangedQueue } from "./changed-file.js";
import { requireJob } from "./known-job.js";

/** What a resume will do. */
export interface ResumePlan {
  /**
   * `continue`: the queue was not over and goes on as it stood. `again`: jobs of a queue that was over run again. `store`:
   * nothing runs; what could not be stored is.
   */
  readonly kind: "continue" | "again" | "store";
  /** Jobs that will run, in file order, and why. */
  readonly jobs: readonly { readonly id: string; readonly why: string }[];
  /** Jobs that the queue's new file no longer has. */
  readonly removed: readonly string[];
  /** Completed jobs that are left as they are. */
  readonly kept: number;
}

export interface ResumeInput {
  /** Jobs that run again although they completed. */
  readonly rerun: readonly string[];
  /** What another queue file changes. `fold` and `status` are those of the queue with that file. */
  readonly change?: Pick<ChangedQueue, "changed" | "added" | "removed">;
}

/**
 * Of a queue that is not running.
 *
 * @throws SpawnError `not-resumable`, `job-not-found`, `bad-arguments`.
 */
export function planResume(fold: QueueFold, status: QueueStatus, input: ResumeInput): ResumePlan {
  const { rerun, change } = input;
  const known = status.job_details.map(({ job_id }) => job_id);
  for (const id of rerun) requireJob(status.queue_id, known, id);
  const isInterrupted = status.status === "interrupted";
  if (isInterrupted && change === undefined) return continuation(fold, status, input);
  const renewed = [...rerun, ...fold.outdatedJobs()];
  const resumed = resumableJobs(fold.scheduler, renewed);
  const absent = renewals(fold, new Set([...resumed, ...openJobs(fold)]));
  const again = new Set([...resumed, ...absent.keys()]);
  if (again.size === 0) {
    if (isInterrupted) return continuation(fold, status, input);
    const unstored = known.filter((id) => fold.job(id).unstored !== undefined);
    if (unstored.length > 0 && change === undefined) return storing(unstored, status);
    throw nothingToRun(status, change !== undefined);
  }
  const downstream = new Set(closeDownstream(fold.graph, renewed));
  const jobs = status.job_details
    .filter((job) => again.has(job.job_id) || (isInterrupted && isOpen(job)))
    .map((job) => ({ id: job.job_id, why: whyAgain(job, input, { renewed, downstream, absent }) }));
  return {
    kind: "again",
    jobs,
    removed: change?.removed ?? [],
    kept: status.job_details.length - jobs.length,
  };
}

/** @throws SpawnError `already-running`. */
export function refuseRunning(status: QueueStatus, instance: Instance): void {
  if (status.status === "running" || status.status === "pending") {
    throw new SpawnError("already-running", `${status.queue_id} is running on ${instance.instanceId}`, {
      hint: `Watch it: spawn queue status ${instance.instanceId} --watch`,
    });
  }
}

function nothingToRun({ queue_id }: QueueStatus, changed: boolean): SpawnError {
  const words = changed
    ? `the file changes no job of ${queue_id} that completed`
    : `all jobs of ${queue_id} completed`;
  return new SpawnError("not-resumable", `${words}: there is nothing to run again`, {
    hint: "Name a job to run again with --rerun JOB.",
  });
}

function continuation(fold: QueueFold, status: QueueStatus, { rerun, change }: ResumeInput): ResumePlan {
  if (rerun.length > 0) {
    throw new SpawnError("bad-arguments", `--rerun: ${status.queue_id} is interrupted, not over`, {
      hint: "Resume it without --rerun first; what completed can run again when it is over.",
    });
  }
  const absent = renewals(fold, openJobs(fold));
  return {
    kind: "continue",
    jobs: status.job_details.flatMap((job) => {
      const open = isOpen(job) ? (whyOther(job, change) ?? whyOpen(job)) : undefined;
      const why = whyAbsent(absent.get(job.job_id)) ?? open;
      return why === undefined ? [] : [{ id: job.job_id, why }];
    }),
    removed: change?.removed ?? [],
    kept: status.jobs.completed - absent.size,
  };
}

function storing(unstored: readonly string[], { jobs }: QueueStatus): ResumePlan {
  const why = "not all of it is in the store";
  return { kind: "store", jobs: unstored.map((id) => ({ id, why })), removed: [], kept: jobs.completed };
}

function isOpen({ status }: JobStatus): boolean {
  return ["pending", "running", "retrying"].includes(status);
}

function whyOpen({ status, attempt, attempts, max_attempts }: JobStatus): string {
  if (status === "retrying") return `attempt ${attempts + 1} of ${max_attempts} is due`;
  if (status !== "pending") return `attempt ${attempt} was under way`;
  return attempt === undefined || attempt === 0 ? "has not run yet" : `attempt ${attempt} was cut short`;
}

/** Of a job that another file brings, or makes another one. */
function whyOther({ job_id }: JobStatus, change: ResumeInput["change"]): string | undefined {
  if (change?.added.has(job_id)) return "new in the file";
  const differs = change?.changed.get(job_id);
  return differs === undefined ? undefined : `changed: ${differs}`;
}

/** Of a job that completed on another instance. */
function whyAbsent(absence: Absence | undefined): string | undefined {
  switch (absence) {
    case undefined:
      return undefined;
    case "lost":
      return "completed, but its results did not reach the store";
    case "undeclared":
      return "declares no results, and what runs needs it (--trust-completed leaves it)";
    default:
      return unreachable(absence);
  }
}

interface Renewed {
  readonly renewed: readonly string[];
  readonly downstream: ReadonlySet<string>;
  readonly absent: ReadonlyMap<string, Absence>;
}

function whyAgain(
  job: JobStatus,
  { rerun, change }: ResumeInput,
  { renewed, downstream, absent }: Renewed,
): string {
  if (rerun.includes(job.job_id)) return "named by --rerun";
  if (change?.added.has(job.job_id)) return "new in the file";
  const changed = whyOther(job, change) ?? "";
  if (job.status === "completed") {
    if (changed !== "") return changed;
    const missing = whyAbsent(absent.get(job.job_id));
    if (missing !== undefined) return missing;
    return downstream.has(job.job_id)
      ? `downstream of ${renewed.join(", ")}`
      : "runs after jobs that run again";
  }
  if (isOpen(job)) return changed === "" ? whyOpen(job) : changed;
  const reason = describeJobReason(job);
  const was =
    reason === undefined || reason === job.status ? `was ${job.status}` : `${job.status}: ${reason}`;
  return changed === "" ? was : `${was}; ${changed}`;
}
