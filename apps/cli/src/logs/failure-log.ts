import type { Instance } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import { lastLines } from "./last-lines.js";

const FAILURE_LINES = 20;

/** The last lines of the job that failed first; none where no job failed. */
export async function failureLog(
  context: Context,
  instance: Instance,
  { first_failure: failed }: QueueStatus,
): Promise<readonly string[]> {
  return failed === undefined
    ? []
    : lastLines(context, { kind: "instance", instance }, failed, FAILURE_LINES);
}
