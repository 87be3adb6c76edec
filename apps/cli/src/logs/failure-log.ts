import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import type { QueueReference } from "../queues/queue-reference.js";

import { plainOutput } from "../render/plain-output.js";
import { lastLines } from "./last-lines.js";

const FAILURE_LINES = 20;

/** The last lines of the job that failed first, without its escapes; none where no job failed. */
export async function failureLog(
  context: Context,
  reference: QueueReference,
  { first_failure: failed }: QueueStatus,
): Promise<readonly string[]> {
  if (failed === undefined) return [];
  return (await lastLines(context, reference, failed, FAILURE_LINES)).map(plainOutput);
}
