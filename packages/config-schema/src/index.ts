// From text to a typed queue.

// What is wrong with it.
export {
  DIAGNOSTIC_SEVERITIES,
  type Diagnostic,
  type DiagnosticCode,
  type Severity,
} from "./diagnostics/diagnostic.js";
export { type FormatOptions, formatDiagnostics } from "./diagnostics/format-diagnostics.js";
// Variables in environments.
export {
  type AttemptEnvironment,
  type AttemptEnvironmentInput,
  attemptEnvironment,
  carriedVariables,
  PROVIDED_VARIABLES,
} from "./environment/attempt-environment.js";
export { type ExpandedValue, expandVariables } from "./environment/expand-variables.js";
export { createMask } from "./environment/mask.js";
export { type ReferencedVariable, referencedVariables } from "./environment/referenced-variables.js";
// The published schema.
export { GPU_VARIABLE } from "./rules/read-resources.js";
export { queueFileJsonSchema } from "./schema/queue-file-json-schema.js";
// Settings.
export { type LoadedSettings, loadSettingsFile } from "./settings/load-settings-file.js";
export { listOf } from "./settings/read-settings.js";
export type { Settings } from "./settings/settings.js";
export {
  type EnvironmentSettings,
  settingsFromEnvironment,
  settingVariable,
} from "./settings/settings-from-environment.js";
export { ON_COMPLETE, PROVIDERS, SETTING_KEYS, type SettingKey } from "./settings/settings-schema.js";
// From a typed queue to what others need.
export { toDagInput } from "./spec/dag-input.js";
export { defaultQueueId, isValidId } from "./spec/ids.js";
export { jobFingerprint } from "./spec/job-fingerprint.js";
export { type LoadedQueueFile, type LoadOptions, loadQueueFile } from "./spec/load-queue-file.js";
export { type JobDefinition, type QueueDefinition, toQueueDefinition } from "./spec/queue-definition.js";
export type { BackgroundMode, JobResources, JobSpec, QueueSpec, SecretRef } from "./spec/queue-spec.js";
export { serializeQueueSpec } from "./spec/serialize-queue-spec.js";
