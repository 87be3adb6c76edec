import * as z from "zod";

/** Counts up when a field changes its meaning or goes away; new fields do not count. */
export const STATUS_SCHEMA_VERSION = 1;

const time = z.iso.datetime({ offset: true });
const duration = z.string().regex(/^(?:\d+(?:d|h|m|s))+$/);
const count = z.int().nonnegative();

const queueStates = [
  "pending",
  "running",
  "interrupted",
  "completed",
  "failed",
  "cancelled",
  "unknown",
] as const;
const instanceStates = [
  "pending",
  "running",
  "stopping",
  "stopped",
  "shutting-down",
  "terminated",
  "gone",
] as const;
const jobStates = [
  "pending",
  "blocked",
  "running",
  "retrying",
  "completed",
  "failed",
  "skipped",
  "cancelled",
] as const;

const attemptEndReasons = [
  "exit",
  "signal",
  "timeout",
  "oom",
  "start-failed",
  "host-lost",
  "interrupted",
  "cancelled",
  "never-started",
] as const;

const jobReasons = [
  ...attemptEndReasons,
  "waiting-for-dependencies",
  "waiting-for-failure",
  "waiting-for-slot",
  "waiting-for-resources",
  "unwatched",
  "queue-interrupted",
  "dependency-failed",
  "not-triggered",
  "dependency-skipped",
  "queue-stopped",
  "global-timeout",
] as const;

const queueReasons = [
  "completed",
  "job-failed",
  "global-timeout",
  "cancelled",
  "spot",
  "ttl",
  "shutdown",
  "runner-lost",
] as const;

const exitCode = count.describe(
  "Exit code; 128 + n where signal n ended the attempt. Absent where there was none.",
);
const signal = z.int().positive().describe("Number of the signal that ended the attempt.");

const globalTimeout = z
  .boolean()
  .optional()
  .describe("True where the queue's global timeout ended the attempt, or is ending it, not its own.");

const attemptSchema = z
  .object({
    attempt: z.int().positive().describe("Number of the attempt."),
    started_at: time,
    completed_at: time.optional(),
    duration: duration.optional(),
    reason: z.enum(attemptEndReasons).optional(),
    exit_code: exitCode.optional(),
    signal: signal.optional(),
    global_timeout: globalTimeout,
    message: z.string().optional().describe("Why it could not be started."),
  })
  .describe("An attempt that is over.");

const progressSchema = z.object({
  label: z.string().describe("As the job wrote it: Epoch 52/100."),
  done: z.number().nonnegative(),
  total: z.number().positive(),
  percent: z.int().min(0).max(100).describe("Rounded down."),
});

const jobStatusSchema = z.object({
  job_id: z.string(),
  status: z.enum(jobStates),
  command: z.string().describe("As in the queue file, variables unexpanded."),
  started_at: time.optional().describe("Start of the last attempt."),
  completed_at: time.optional().describe("End of the last attempt, once the job is final."),
  elapsed: duration.optional().describe("Since started_at, while running."),
  duration: duration.optional().describe("From start to end of the last attempt, once the job is final."),
  timeout: duration.optional().describe("Per attempt."),
  timeout_remaining: duration.optional().describe("While running."),
  attempt: count.describe("Number of the last attempt, over all resumes; 0 before the first."),
  attempts: count.describe("Attempts charged since the last resume, a running one included."),
  max_attempts: z.int().positive(),
  exit_code: exitCode.optional(),
  signal: signal.optional(),
  reason: z
    .enum(jobReasons)
    .optional()
    .describe(
      "Why the job has its status; of a running one, why it is being stopped; absent when completed.",
    ),
  global_timeout: globalTimeout,
  message: z.string().optional().describe("Why the last attempt could not be started."),
  blocked_by: z
    .array(z.string())
    .optional()
    .describe("What a job that has not run waits for, or waited for."),
  resources: z
    .object({
      cpus: z.number().positive().optional().describe("May be a fraction."),
      memory_bytes: count.optional(),
      gpus: count.optional(),
    })
    .optional()
    .describe("What it declares to take of the instance while it runs."),
  rerun: z.boolean().optional().describe("True when the last resume made the job run again."),
  retry_at: time.optional().describe("When a retrying job runs again."),
  pid: z.int().positive().optional().describe("Process of the command, while running."),
  log_file: z.string().optional(),
  progress: progressSchema.optional(),
  time_remaining: duration.optional().describe("By progress: elapsed · (total − done) / done."),
  recent_output: z.array(z.string()).optional().describe("Last lines of the log, while running."),
  peak_memory_bytes: count
    .optional()
    .describe("Of the last attempt, so far; files it has read count too in a cgroup."),
  cpu_seconds: z.number().nonnegative().optional().describe("Of the last attempt, so far."),
  io_bytes: count.optional().describe("Read from and written to disks by the last attempt, so far."),
  results: z
    .object({ files: count, bytes: count })
    .optional()
    .describe("What the result store holds of the last attempt."),
  unstored: z
    .string()
    .optional()
    .describe("Why the result store does not hold all of its logs and results; while it runs: not yet."),
  previous_attempts: z
    .array(attemptSchema)
    .optional()
    .describe("Latest last; long histories lose their start."),
  forgotten_attempts: count.optional().describe("Attempts before the first of previous_attempts."),
});

const jobCountsSchema = z
  .object({
    total: count,
    completed: count,
    running: count.describe("Retrying jobs included."),
    pending: count.describe("Blocked jobs included."),
    failed: count,
    skipped: count,
    cancelled: count,
  })
  .describe("All but total add up to total.");

/**
 * The status of a queue: what `queue status --json` prints and `status.json` holds. The one source of its type and of the
 * published JSON Schema. Durations have their two largest units, rounded down, and come from a clock that never jumps;
 * times are what the wall clock said. After somebody set that clock the two may disagree.
 */
export const queueStatusSchema = z
  .object({
    schema_version: z.literal(STATUS_SCHEMA_VERSION),
    queue_id: z.string(),
    queue_name: z.string().optional(),
    instance_id: z.string(),
    instance_state: z
      .enum(instanceStates)
      .optional()
      .describe("What EC2 says of the instance, where it had to be asked; gone: it no longer tells of it."),
    instance_state_reason: z
      .string()
      .optional()
      .describe("Why it is in that state, in EC2's words, where it ended before its runner told anything."),
    status: z
      .enum(queueStates)
      .describe(
        "unknown: on EC2, when neither the store nor EC2 tells what has become of a queue that went on when it was last heard of; all else is as it was then.",
      ),
    last_known_status: z.enum(queueStates).optional().describe("With unknown: what it was."),
    reason: z
      .enum(queueReasons)
      .optional()
      .describe("Why the queue ended or was interrupted; of a running one, why nothing new starts."),
    first_failure: z.string().optional().describe("The job that finally failed first."),
    started_at: time.optional().describe("First start, or last resume of a queue that was final."),
    completed_at: time.optional(),
    elapsed: duration.optional().describe("Since started_at, while the queue is not final."),
    duration: duration.optional().describe("From started_at to completed_at."),
    updated_at: time.describe("When this was true."),
    nothing_heard_since: time
      .optional()
      .describe("Launch of the instance, where it has told nothing yet: all else is as it was then."),
    jobs: jobCountsSchema,
    job_details: z.array(jobStatusSchema).describe("Every job, in the order of the queue file."),
    results_location: z.string(),
    estimated_completion: time.optional().describe("Absent when unknown."),
    ttl_expires_at: time
      .optional()
      .describe("When the instance ends, whatever the queue does; absent where it has no deadline."),
    kept_until: time
      .optional()
      .describe(
        "Until when the instance stays, at the latest, though the queue is over: it costs until then, or until it is terminated. Of a stopped one this is its deadline, and AWS ends it soon after. Absent where it ends with the queue, and where EC2 says that it has ended.",
      ),
    kept_as: z
      .enum(["running", "stopped"])
      .optional()
      .describe("With kept_until: a running instance costs by the hour, of a stopped one the disk alone."),
    hourly_price: z
      .number()
      .nonnegative()
      .optional()
      .describe(
        "With kept_until: US dollars an hour for the running instance, without its disk, where known.",
      ),
    containment: z
      .enum(["cgroup-v2", "cgroup-v1", "process-group"])
      .optional()
      .describe("How attempts are held together and limited on this machine."),
    warnings: z
      .array(z.object({ at: time, job_id: z.string().optional(), message: z.string() }))
      .describe("Latest last; the latest hundred."),
  })
  .describe("Status of a spawn queue");

export type QueueStatus = z.infer<typeof queueStatusSchema>;
export type JobStatus = QueueStatus["job_details"][number];
export type AttemptStatus = NonNullable<JobStatus["previous_attempts"]>[number];
export type JobResourcesStatus = NonNullable<JobStatus["resources"]>;
export type JobReason = NonNullable<JobStatus["reason"]>;
export type QueueReason = NonNullable<QueueStatus["reason"]>;

/** The JSON Schema (draft 2020-12) of the status. Fields that a later version adds are allowed by it. */
export function statusJsonSchema(): object {
  return z.toJSONSchema(queueStatusSchema, { target: "draft-2020-12", io: "input" });
}
