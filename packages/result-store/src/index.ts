export type {
  DownloadEvent,
  DownloadedFile,
  DownloadedJob,
  DownloadedKind,
  DownloadSummary,
} from "./download/download-events.js";
export { type DownloadOptions, downloadQueue } from "./download/download-queue.js";
export type { LogChoice } from "./download/job-plan.js";
export { FirstContact } from "./first-contact/first-contact.js";
export { impatientAtFirst } from "./first-contact/impatient-handler.js";
export type { RequestHandler } from "./first-contact/request-handler.js";
export { type FolderStoreParts, folderStore } from "./folder-store/folder-store.js";
export {
  type AttemptKeys,
  isStoreId,
  type JobKeys,
  jobKeys,
  type QueueKeys,
  queueKeys,
  RESERVED_JOB_NAMES,
} from "./keys.js";
export {
  decodeManifest,
  encodeManifest,
  type Manifest,
  type ManifestFile,
  type ManifestLog,
  type MissingResult,
} from "./manifest.js";
export {
  type MatchedFile,
  matchResultFiles,
  type ResultMatches,
  type ResultPatterns,
} from "./matching/match-result-files.js";
export { findAccountBucket, makeAccountBucket, openAnyStore, putFileInBucket } from "./open-any-store.js";
export { attemptsBegun } from "./restore/attempts-begun.js";
export { type CompletedJob, type KeptResults, keptResults } from "./restore/kept-results.js";
export {
  type RestorableFile,
  type RestoredResults,
  type RestoreOptions,
  restoreResults,
} from "./restore/restore-results.js";
export { type ResultsSoFar, resultsSoFar } from "./restore/results-so-far.js";
export type {
  ByteRange,
  GetOptions,
  GrowOptions,
  ListedObject,
  ObjectLook,
  PutOptions,
  ResultStore,
  StoredObject,
} from "./result-store.js";
export type { S3StoreOptions } from "./s3-store/open-s3-store.js";
export type { FoundBucket } from "./s3-store/results-bucket.js";
export {
  createJobUploader,
  type FinishedJob,
  type JobUploader,
  type JobUploaderOptions,
  type PausedJob,
  type UploadSummary,
} from "./uploader/job-uploader.js";
export type { AttemptLogs, FinishedAttempt } from "./uploader/log-uploads.js";
