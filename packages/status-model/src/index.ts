export { type CostInput, describeCost, estimatedCost, formatUsd } from "./estimates/estimated-cost.js";
export {
  describeEstimatedDuration,
  type EstimatedDuration,
  estimatedDuration,
} from "./estimates/estimated-duration.js";
export { remainingMs } from "./estimates/remaining-time.js";
export { dagInputOf, type QueueCreated } from "./fold/dag-input.js";
export { ATTEMPTS_KEPT, type AttemptHistory, type JobHistory, type Moment } from "./fold/job-history.js";
export { QueueFold, type QueueWarning, type RunnerStarted, WARNINGS_KEPT } from "./fold/queue-fold.js";
export { type ClockReading, schedulerTimeAt, type TimeAnchor, timeAnchorOf } from "./fold/scheduler-time.js";
export { type DecodedJournal, decodeJournal, JournalDecoder } from "./journal/decoder.js";
export { encodeRecord } from "./journal/encode-record.js";
export { encodeHeader, JOURNAL_VERSION } from "./journal/header.js";
export type {
  Containment,
  JournalEvent,
  JournalJob,
  JournalRecord,
  RunnerEvent,
  UnknownEvent,
} from "./journal-events.js";
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
export type { JobLive, StatusInput } from "./status/status-input.js";
export { type WallTime, wallTimeIn } from "./status/wall-time.js";
export { describeOutcome, exitCodeOf } from "./words/describe-outcome.js";
