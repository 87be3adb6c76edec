import { closeDownstream, resumableJobs } from "@spawn/dag-core";
import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import { describeJobReason, type JobStatus, type QueueFold, type QueueStatus } from "@spawn/status-model";

/** What a resume will do. */
export interface ResumePlan {
  /** `continue`: the queue was not over and goes on as it stood. `again`: jobs of a queue that was over run again. */
  readonly kind: "continue" | "again";
  /** Jobs that will run, in file order, and why. */
  readonly jobs: readonly { readonly id: string; readonly why: string }[];
  /** Completed jobs that are left as they are. */
  readonly kept: number;
}

/**
 * @throws SpawnError `already-running`, `not-resumable`, `job-not-found`, `bad-arguments`.
 */
export function planResume(
  fold: QueueFold,
  status: QueueStatus,
  { rerun, instance }: { readonly rerun: readonly string[]; readonly instance: Instance },
): ResumePlan {
  refuseUnresumable(status, instance);
  const known = new Set(status.job_details.map(({ job_id }) => job_id));
  for (const id of rerun) {
    if (known.has(id)) continue;
    throw new SpawnError("job-not-found", `--rerun ${id}: ${status.queue_id} has no such job`, {
      hint: `Its jobs: ${[...known].join(", ")}`,
    });
  }
  if (status.status === "interrupted") return continuation(status, rerun);
  const again = new Set(resumableJobs(fold.scheduler, rerun));
  if (again.size === 0) {
    throw new SpawnError(
      "not-resumable",
      `all jobs of ${status.queue_id} completed: there is nothing to run again`,
      {
        hint: "Name a job to run again with --rerun JOB.",
      },
    );
  }
  const downstream = new Set(closeDownstream(fold.graph, rerun));
  const jobs = status.job_details
    .filter(({ job_id }) => again.has(job_id))
    .map((job) => ({ id: job.job_id, why: whyAgain(job, rerun, downstream) }));
  return { kind: "again", jobs, kept: status.job_details.length - jobs.length };
}

function refuseUnresumable(status: QueueStatus, instance: Instance): void {
  if (status.status === "running" || status.status === "pending") {
    throw new SpawnError("already-running", `${status.queue_id} is running on ${instance.instanceId}`, {
      hint: `Watch it: spawn queue status ${instance.instanceId} --watch`,
    });
  }
  if (instance.state === "terminated") {
    throw new SpawnError("not-resumable", `${instance.instanceId} is terminated`, {
      hint: `Launch the queue again, or get its results: spawn queue results ${status.queue_id}`,
    });
  }
}

function continuation(status: QueueStatus, rerun: readonly string[]): ResumePlan {
  if (rerun.length > 0) {
    throw new SpawnError("bad-arguments", `--rerun: ${status.queue_id} is interrupted, not over`, {
      hint: "Resume it without --rerun first; what completed can run again when it is over.",
    });
  }
  const open = status.job_details.filter(({ status: state }) =>
    ["pending", "running", "retrying"].includes(state),
  );
  return {
    kind: "continue",
    jobs: open.map((job) => ({ id: job.job_id, why: whyOpen(job) })),
    kept: status.jobs.completed,
  };
}

function whyOpen({ status, attempt }: JobStatus): string {
  return status === "pending" ? "has not run yet" : `attempt ${attempt} was under way`;
}

function whyAgain(job: JobStatus, rerun: readonly string[], downstream: ReadonlySet<string>): string {
  if (rerun.includes(job.job_id)) return "named by --rerun";
  if (job.status === "completed") {
    return downstream.has(job.job_id)
      ? `downstream of ${rerun.join(", ")}`
      : "runs after jobs that run again";
  }
  const reason = describeJobReason(job);
  return reason === undefined || reason === job.status ? `was ${job.status}` : `${job.status}: ${reason}`;
}
