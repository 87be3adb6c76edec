import type { QueueSpec } from "@spawn/config-schema";
import type { Instance } from "@spawn/launcher";
import { describeEstimatedDuration, type EstimatedDuration } from "@spawn/status-model";
import type { Palette } from "./palette.js";

/** What is said before a launch. */
export function launchHeading(input: { readonly queueId: string; readonly spec: QueueSpec }): string {
  const { queueId, spec } = input;
  const name = spec.queueName === undefined ? "" : ` (${spec.queueName})`;
  return [
    "🚀 Launching batch queue...",
    "",
    `Queue: ${queueId}${name}`,
    `Jobs: ${spec.jobs.length}`,
    "Provider: local",
  ].join("\n");
}

/** What is said after it. */
export function launchReport(
  input: {
    readonly instance: Instance;
    /** What later commands call the queue by. */
    readonly ref: string;
    readonly estimate: EstimatedDuration;
    /** Of the queue in the result store. */
    readonly resultsLocation: string;
  },
  palette: Palette,
): string {
  const { instance, ref, estimate, resultsLocation } = input;
  return [
    palette.good("Instance launched! 🎉"),
    "",
    `Instance ID: ${instance.instanceId}`,
    `Queue ID: ${instance.queueId}`,
    "",
    "Monitor:",
    `  spawn queue status ${ref}`,
    `  spawn queue status ${ref} --watch`,
    "",
    `Results: ${resultsLocation}`,
    runtimeLine(estimate),
  ].join("\n");
}

export function runtimeLine(estimate: EstimatedDuration): string {
  const words = describeEstimatedDuration(estimate);
  return `Estimated runtime: ${words}${words === "unknown" ? " (no job on the critical path has a timeout)" : " (timeouts along the critical path)"}`;
}
