export {
  buildJob,
  buildJournal,
  buildQueueCreated,
  buildRecords,
  type JobFields,
  START_AT,
} from "./journals.js";
