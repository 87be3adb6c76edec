import type { JobStatus, QueueStatus } from "../status/queue-status.js";
import { describeResources } from "../words/describe-resources.js";
import { listWords } from "../words/list-words.js";
import type { LabelledLine } from "./labelled-line.js";

/**
 * The job that starts next by what is known: one that waits for room alone, else the first in the file that only
 * running jobs hold up, else the first that waits at all. Nothing of a queue that does not go on, or of which nothing is heard.
 */
export function nextJob({ status, job_details, nothing_heard_since }: QueueStatus): LabelledLine | undefined {
  if (nothing_heard_since !== undefined) return undefined;
  if (status !== "running" && status !== "pending") return undefined;
  const waiting = job_details.filter(
    (job) => job.status === "pending" && job.reason !== "waiting-for-failure",
  );
  const next =
    waiting.find(({ blocked_by = [] }) => blocked_by.length === 0) ??
    soonest(waiting, job_details) ??
    waiting[0];
  return next === undefined
    ? undefined
    : { label: "Next Job", value: `${next.job_id} (${conditionOf(next)})` };
}

function soonest(waiting: readonly JobStatus[], all: readonly JobStatus[]): JobStatus | undefined {
  const active = new Set(
    all.filter(({ status }) => status === "running" || status === "retrying").map(({ job_id }) => job_id),
  );
  return waiting.find(({ blocked_by = [] }) => blocked_by.every((blocker) => active.has(blocker)));
}

function conditionOf({ blocked_by = [], reason, resources }: JobStatus): string {
  if (reason === "waiting-for-resources") return `when there is room for ${describeResources(resources)}`;
  if (blocked_by.length === 0) return "when a slot is free";
  return `after ${listWords(blocked_by)} ${blocked_by.length === 1 ? "completes" : "complete"}`;
}
