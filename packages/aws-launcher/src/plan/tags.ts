import { formatExactDuration } from "@spawn/foundation";
import { LAUNCH_TAG, MANAGED_TAG } from "./names.js";

/** EC2's limit for the value of a tag. */
export const LONGEST_TAG_VALUE = 256;

/** Those beside `Name` by which spawn knows its instances; nobody else may set them. */
export const OWN_TAGS: ReadonlySet<string> = new Set([
  MANAGED_TAG,
  LAUNCH_TAG,
  "spawn:name",
  "spawn:queue-id",
  "spawn:generation",
  "spawn:ttl",
  "spawn:ttl-expires-at",
  "spawn:idle-timeout",
  "spawn:on-complete",
  "spawn:results",
  "spawn:created-by",
]);

export interface TagFacts {
  readonly queueId: string;
  readonly name?: string;
  readonly ttlMs: number;
  /** RFC 3339, UTC. */
  readonly deadline: string;
  readonly idleTimeoutMs?: number;
  readonly onComplete: string;
  /** `s3://bucket/prefix/queue/`. */
  readonly results: string;
  readonly createdBy: string;
  readonly generation: number;
  readonly launchId: string;
  /** The user's own. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The tags of an instance and of its volumes; they go into the call that makes it. */
export function instanceTags(facts: TagFacts): Readonly<Record<string, string>> {
  const { name = facts.queueId } = facts;
  const own = {
    [MANAGED_TAG]: "true",
    Name: name,
    "spawn:name": name,
    "spawn:queue-id": facts.queueId,
    "spawn:generation": String(facts.generation),
    [LAUNCH_TAG]: facts.launchId,
    "spawn:ttl": formatExactDuration(facts.ttlMs),
    "spawn:ttl-expires-at": facts.deadline,
    ...(facts.idleTimeoutMs === undefined
      ? {}
      : { "spawn:idle-timeout": formatExactDuration(facts.idleTimeoutMs) }),
    "spawn:on-complete": facts.onComplete,
    "spawn:results": facts.results,
    "spawn:created-by": facts.createdBy,
  };
  const all = { ...facts.tags, ...own };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, value.slice(0, LONGEST_TAG_VALUE)]),
  );
}

/** As AWS's calls take them. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The tags of what belongs to a queue and is not an instance. */
export function queueTags(queueId: string): Readonly<Record<string, string>> {
  return { [MANAGED_TAG]: "true", "spawn:queue-id": queueId };
}
