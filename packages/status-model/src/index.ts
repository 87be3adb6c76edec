export { type CostInput, describeCost, estimatedCost, formatUsd } from "./estimates/estimated-cost.js";
export {
  describeEstimatedDuration,
  type EstimatedDuration,
  estimatedDuration,
} from "./estimates/estimated-duration.js";
export { remainingMs } from "./estimates/remaining-time.js";
export { dagInputOf } from "./fold/dag-input.js";
export {
  type Absence,
  ATTEMPTS_KEPT,
  type AttemptHistory,
  type JobHistory,
  type JobHistorySnapshot,
  type Moment,
  type ResourceUsage,
  type StoredResults,
} from "./fold/job-history.js";
export { interruptQueue, loseHost, moveQueue, type QueueMove } from "./fold/move-queue.js";
export { QueueFold, WARNINGS_KEPT } from "./fold/queue-fold.js";
export { completedJobs, openJobs, renewals } from "./fold/renewals.js";
export { type ClockReading, schedulerTimeAt, type TimeAnchor, timeAnchorOf } from "./fold/scheduler-time.js";
export { type DecodedJournal, decodeJournal, JournalDecoder } from "./journal/decoder.js";
export { encodeRecord } from "./journal/encode-record.js";
export { encodeHeader, JOURNAL_VERSION } from "./journal/header.js";
export type {
  AbsentResults,
  Containment,
  JournalEvent,
  JournalJob,
  JournalRecord,
  KeptInstance,
  QueueCreated,
  QueueDefinition,
  QueuePlace,
  QueueSnapshot,
  QueueWarning,
  RunnerEvent,
  RunnerStarted,
  SnapshotEvent,
  UnknownEvent,
} from "./journal-events.js";
export type { JobLive } from "./progress/job-live.js";
export { lastProgress, parseProgress } from "./progress/parse-progress.js";
export { type Progress, percentOf, timeLeftMs } from "./progress/progress.js";
export { parseProgressFile } from "./progress/progress-file.js";
export { type JobLiveFiles, readJobLive } from "./progress/read-job-live.js";
export {
  type AttemptStatus,
  type JobReason,
  type JobStatus,
  type QueueReason,
  type QueueStatus,
  queueStatusSchema,
  STATUS_SCHEMA_VERSION,
  statusJsonSchema,
} from "./status/queue-status.js";
export { jobDetail, queueStatus } from "./status/queue-status-of.js";
export type { StatusInput } from "./status/status-input.js";
export { clocksAgree, msBetween } from "./status/time-between.js";
export { type WallTime, wallTimeIn } from "./status/wall-time.js";
export type { CurrentJob } from "./view/current-job.js";
export { type JobRow, stateIcon } from "./view/job-row.js";
export type { KeptNotice } from "./view/kept-notice.js";
export type { LabelledLine } from "./view/labelled-line.js";
export type { ResumeHint } from "./view/resume-hint.js";
export {
  type FailureBlock,
  jobsByState,
  type StatusView,
  type StatusViewOptions,
  statusView,
} from "./view/status-view.js";
export { describeOutcome, exitCodeOf } from "./words/describe-outcome.js";
export { describeJobReason, describeQueueReason } from "./words/describe-reason.js";
export { explainJob } from "./words/explain-job.js";
