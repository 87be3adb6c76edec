export type {
  AttemptEnd,
  AttemptEndOutcome,
  AttemptEndUsage,
  AttemptFiles,
  AttemptSpec,
  AttemptUsage,
  BackgroundPolicy,
  CommandProcess,
  RunningAttempt,
  StopCause,
} from "./attempt.js";
export { attemptMarker, markerGroup, type QueuePlace } from "./attempt-marker.js";
export { type Containment, type ContainmentKind, processGroups } from "./containment/containment.js";
export { type DetectOptions, detectContainment } from "./containment/detect-containment.js";
export { endAllAttempts } from "./end-all-attempts.js";
export { endStrayAttempt } from "./end-stray-attempt.js";
export { type AttemptLayout, type InstanceLayout, instanceLayout } from "./instance-layout.js";
export { appendLogStart, type LogStarts, logRangeOf, logStartOf, readLogStarts } from "./log-starts.js";
export { type MachineCapacity, type MachineFacts, machineCapacity } from "./machine-capacity.js";
export { currentBootId, isAlive, type ProcessIdentity, processIdentity } from "./processes/identity.js";
export { readAttemptUsage, type UsageQuery } from "./read-attempt-usage.js";
export { type RecoveredAttempt, type RecoverInput, recoverAttempt } from "./recover-attempt.js";
export { discardRequests } from "./requests/discard-requests.js";
export {
  type InterruptRequestCause,
  parseRequest,
  REQUEST_SUFFIX,
  type RunnerRequest,
} from "./requests/request.js";
export { type RequestEvent, type WatchRequestsOptions, watchRequests } from "./requests/watch-requests.js";
export { type WriteRequestOptions, writeRequest } from "./requests/write-request.js";
export {
  acquireRunnerLock,
  continueEpochs,
  type RunnerLock,
  type RunnerLockState,
  readRunnerLock,
} from "./runner-lock.js";
export { type AttemptOptions, startAttempt } from "./start-attempt.js";
