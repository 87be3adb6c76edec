import { ID_PATTERN } from "../schema/patterns.js";

/** Whether a text can be a queue id or the form of a job id (a job's may not be a reserved name, too). */
export function isValidId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** The id of a queue whose file names none: `queue-YYYYMMDD-HHMMSS`, in UTC. */
export function defaultQueueId(now: Date): string {
  const digits = now.toISOString().replace(/[-:]/g, "");
  return `queue-${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}
