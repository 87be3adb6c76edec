export type { AbortReason, AttemptOutcome } from "./attempt-outcome.js";
export { JobExecutor, type JobExecutorOptions, type RunWorkerOptions } from "./executor/job-executor.js";
export type { JobContext, JobHandler, JobHandlers } from "./executor/job-handlers.js";
export type { WorkerEvent } from "./executor/worker-event.js";
export type { WorkerReport } from "./executor/worker-report.js";
export {
  type CancelledJob,
  type CompletedJob,
  type FailedJob,
  JOB_STATUSES,
  type Job,
  type JobFacts,
  type JobStatus,
  type PendingJob,
  type RunningJob,
} from "./job.js";
export { MAX_CONFIG_BYTES } from "./job-config.js";
export { type JobLogRow, LOG_LEVELS, type LogLevel } from "./job-log.js";
export {
  type Claimed,
  type ClaimedJob,
  DEFAULT_LEASE_MS,
  JobManager,
  type JobManagerOptions,
} from "./job-manager.js";
export { CONFIG_KINDS, type ConfigKind, jobNeeds, needsOfType } from "./job-needs.js";
export { type JobRow, jobOf, jobRowOf } from "./job-row.js";
export type { JobStats } from "./job-stats.js";
export type {
  ClaimRequest,
  ClaimResult,
  JobChange,
  JobCounts,
  JobQuery,
  JobStore,
  Lease,
  LeaseListener,
  LeaseState,
  NewJobLog,
  NewJobRow,
  Settlement,
  WorkerRow,
} from "./job-store.js";
export type { JsonObject, JsonValue } from "./json-value.js";
export { keepLeaseByTimer, type TimerLeaseKeeping } from "./keep-lease-by-timer.js";
export { checkNewJob, DEFAULT_MAX_RETRIES, DEFAULT_PRIORITY, type NewJob } from "./new-job.js";
export { RedisJobStore, type RedisJobStoreOptions } from "./redis/redis-job-store.js";
export { DEFAULT_RETRY_DELAY, type RetryDelay } from "./retry-delay.js";
export {
  type DisabledSchedule,
  type EnabledSchedule,
  MISSED_SLOT_POLICIES,
  type MissedSlots,
  type Schedule,
  type ScheduleFacts,
} from "./schedule.js";
export { type ScheduleRow, scheduleOf, scheduleRowOf } from "./schedule-row.js";
export type { NewScheduleRow, ScheduleFiring, ScheduleStore } from "./schedule-store.js";
export { CronSlots } from "./scheduling/cron-slots.js";
export { type DueSlots, dueSlots } from "./scheduling/due-slots.js";
export {
  type NewSchedule,
  type ScheduleProblem,
  type SchedulerRunOptions,
  TrainingScheduler,
  type TrainingSchedulerOptions,
} from "./scheduling/training-scheduler.js";
export type { Synchronous } from "./sqlite/open-database.js";
export { SqliteJobStore, type SqliteJobStoreOptions } from "./sqlite/sqlite-job-store.js";
