import type { JsonValue } from "./json-value.js";

/** Configs that say themselves what runs them, by the key that they have. */
export const CONFIG_KINDS = ["command", "queue"] as const;

export type ConfigKind = (typeof CONFIG_KINDS)[number];

/**
 * What a worker must be able to do to run a job: `command` or `queue` where the config has that key, whatever the job's
 * type; else `type:<job type>`. It is settled when the job is submitted, so that a store can look jobs up by it.
 */
export function jobNeeds(jobType: string, config: JsonValue): string {
  if (typeof config === "object" && config !== null && !Array.isArray(config)) {
    const kind = CONFIG_KINDS.find((key) => Object.hasOwn(config, key));
    if (kind !== undefined) return kind;
  }
  return needsOfType(jobType);
}

/** What the jobs of a type need whose config is neither a command nor a queue. */
export function needsOfType(jobType: string): string {
  return `type:${jobType}`;
}
