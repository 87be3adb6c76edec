export { type CostInput, describeCost, estimatedCost, formatUsd } from "./estimates/estimated-cost.js";
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
export { type WallTime, wallTimeIn } from "./status/wall-time.js";
export { describeOutcome, exitCodeOf } from "./words/describe-outcome.js";
