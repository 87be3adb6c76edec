import { SpawnError } from "@spawn/foundation";
import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import type { QueueReference } from "../queues/queue-reference.js";

import { plainOutput } from "../render/plain-output.js";
import { lastLines } from "./last-lines.js";

const FAILURE_LINES = 20;

/**
 * The last lines of the last attempt of the job that failed first, without its escapes; none where no job failed. Where
 * nobody can tell the attempt's lines from those before, the job's last lines.
 */
export async function failureLog(
  context: Context,
  reference: QueueReference,
  { first_failure: failed, job_details }: QueueStatus,
): Promise<readonly string[]> {
  if (failed === undefined) return [];
  const attempt = job_details.find(({ job_id }) => job_id === failed)?.attempt;
  const lines = await lastLines(context, reference, failed, { count: FAILURE_LINES, attempt }).catch(
    (error: unknown) => {
      if (!(error instanceof SpawnError) || error.code !== "not-supported") throw error;
      return lastLines(context, reference, failed, { count: FAILURE_LINES, attempt: undefined });
    },
  );
  return lines.map(plainOutput);
}
