export { toDot } from "./drawing/to-dot.js";
export { type GraphologyDag, type JobNode, toGraphology, type WaitEdge } from "./drawing/to-graphology.js";
export { toMermaid } from "./drawing/to-mermaid.js";
export { type TextOptions, toText } from "./drawing/to-text.js";
export type {
  AttemptEndReason,
  AttemptOutcome,
  Effect,
  InterruptCause,
  QueueOutcome,
  SchedulerEvent,
  StopCause,
  TimerEvent,
} from "./events.js";
export { closeDownstream } from "./graph/close-downstream.js";
export { type DagProblem, describeDagProblem } from "./graph/dag-problem.js";
export { buildGraph, type JobGraph } from "./graph/job-graph.js";
export { type Plan, planOf } from "./graph/plan.js";
export { validateDag } from "./graph/validate.js";
export type { Backoff, DagInput, DagJob, FailureMode, JobResources, RetryPolicy } from "./input.js";
export type { CancelReason, JobBudget, JobState, UnrunnableState } from "./job-state.js";
export { blockedBy } from "./scheduler/blocked-by.js";
export { checkInvariants } from "./scheduler/check-invariants.js";
export { createState } from "./scheduler/create-state.js";
export {
  counts,
  failedJobs,
  firstFailure,
  type JobCounts,
  jobBudget,
  jobState,
  queueOutcome,
  runningCount,
  runningJobs,
  stopReason,
} from "./scheduler/inspect.js";
export { isCurrent } from "./scheduler/is-current.js";
export { type JobStatus, statusOf } from "./scheduler/job-status.js";
export { moveToGraph } from "./scheduler/move-to-graph.js";
export { type NextStart, nextStart } from "./scheduler/next-start.js";
export { pendingEffects } from "./scheduler/pending-effects.js";
export { replay } from "./scheduler/replay.js";
export { resumableJobs } from "./scheduler/resumable-jobs.js";
export type { SchedulerState } from "./scheduler/scheduler-state.js";
export { type JobSnapshot, type SchedulerSnapshot, snapshotOf, stateFrom } from "./scheduler/snapshot.js";
export { type Transition, transition } from "./scheduler/transition.js";
export { type Capacity, type Shortage, shortages } from "./slots/capacity.js";
export { chooseStart, type SlottedStart } from "./slots/choose-start.js";
export { PATIENCE, Slots } from "./slots/slots.js";
