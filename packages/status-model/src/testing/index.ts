export {
  buildJob,
  buildJournal,
  buildQueueCreated,
  buildRecords,
  foldOf,
  type JobFields,
  START_AT,
} from "./journals.js";
export {
  attemptEvents,
  firstPipelineCompleted,
  firstPipelineRunning,
  trainingPipelineCreated,
} from "./pipelines.js";
