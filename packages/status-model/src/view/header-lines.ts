import { formatDuration } from "@spawn/foundation";
import { spacedDuration } from "../status/compact-duration.js";
import type { QueueStatus } from "../status/queue-status.js";
import type { WallTime } from "../status/wall-time.js";
import { describeContainment } from "../words/describe-containment.js";
import { describeQueueReason } from "../words/describe-reason.js";
import type { LabelledLine } from "./labelled-line.js";

export function headerLines(status: QueueStatus, time: WallTime, wallMs?: number): readonly LabelledLine[] {
  const { queue_id, queue_name, reason, started_at, completed_at, elapsed, duration } = status;
  const lines: LabelledLine[] = [];
  const add = (label: string, value: string | undefined): void => {
    if (value !== undefined) lines.push({ label, value });
  };
  const shown = (at: string | undefined): string | undefined =>
    at === undefined ? undefined : time.shown(Date.parse(at));
  const spaced = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : spacedDuration(text);

  add("Queue", queue_name === undefined ? queue_id : `${queue_id} (${queue_name})`);
  add("Instance", instanceWords(status));
  add("Status", status.status);
  add("Last Known Status", status.last_known_status);
  if (reason !== undefined && status.status !== "completed") add("Reason", describeQueueReason(reason));
  add("Started", shown(started_at));
  add("Completed", shown(completed_at));
  add("Elapsed", spaced(elapsed));
  add("Duration", spaced(duration));
  if (status.containment !== undefined) add("Containment", describeContainment(status.containment));
  if (wallMs !== undefined) add("Updated", age(status, time, wallMs));
  const isOfBefore = status.job_details.some(({ attempt }) => attempt > 0);
  if (status.nothing_heard_since !== undefined && isOfBefore)
    add("Jobs Below", "as they were before this instance");
  return lines;
}

function instanceWords({ instance_id, instance_state, instance_state_reason }: QueueStatus): string {
  const told = [instance_state, instance_state_reason].filter((words) => words !== undefined);
  return told.length === 0 ? instance_id : `${instance_id} (${told.join(": ")})`;
}

function age(status: QueueStatus, time: WallTime, wallMs: number): string | undefined {
  const goesOn = ["pending", "running", "unknown"].includes(status.status);
  const updatedMs = Date.parse(status.updated_at);
  if (!goesOn) return undefined;
  const ago = `${formatDuration(Math.max(0, wallMs - updatedMs))} ago`;
  if (status.nothing_heard_since !== undefined)
    return `nothing heard from the instance since its launch ${ago}`;
  return `${time.shown(updatedMs)} (${ago})`;
}
