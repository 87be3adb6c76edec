import type { Problems } from "../diagnostics/problems.js";
import { checkCycles } from "../rules/check-cycles.js";
import { checkDependencies } from "../rules/check-dependencies.js";
import { checkIds } from "../rules/check-ids.js";
import { readTimeout } from "../rules/read-duration.js";
import { readEnvironment, type WrittenText } from "../rules/read-environment.js";
import { warnUndefinedVariables } from "../rules/warn-undefined-variables.js";
import { quote } from "../schema/describe-value.js";
import { BUCKET_PATTERN } from "../schema/patterns.js";
import type { QueueDraft } from "../schema/queue-draft.js";
import type { QueueSpec } from "./queue-spec.js";
import { readJob } from "./read-job.js";

export interface ReadQueueContext {
  readonly writtenText: WrittenText;
  /** Whether the caller knows of a variable that commands will have. */
  readonly isDefined: (name: string) => boolean;
  readonly problems: Problems;
}

/** A whole queue as a typed value. Reports all that is wrong with it; the result counts only where nothing is. */
export function readQueue(
  draft: QueueDraft,
  { writtenText, isDefined, problems }: ReadQueueContext,
): QueueSpec {
  const ids = checkIds(draft, problems);
  checkDependencies(draft, ids, problems);
  checkCycles(draft, problems);
  checkBucket(draft.result_s3_bucket, problems);
  const globalTimeoutMs = readTimeout(draft.global_timeout, [], "global_timeout", problems);
  const environment = readEnvironment(draft.environment, [], writtenText, problems);
  const jobs = draft.jobs.map((job, position) => {
    const path = ["jobs", position];
    warnUndefinedVariables(draft, job, path, isDefined, problems);
    return readJob(draft, job, path, writtenText, problems);
  });
  return {
    ...(draft.queue_id !== undefined && { queueId: draft.queue_id }),
    ...(draft.queue_name !== undefined && { queueName: draft.queue_name }),
    failureMode: draft.on_failure ?? "stop",
    ...(globalTimeoutMs !== undefined && { globalTimeoutMs }),
    ...(draft.max_parallel !== undefined && { maxParallel: draft.max_parallel }),
    environment,
    ...(draft.workdir !== undefined && { workdir: draft.workdir }),
    ...(draft.result_s3_bucket !== undefined && { resultS3Bucket: draft.result_s3_bucket }),
    ...(draft.result_s3_prefix !== undefined && { resultS3Prefix: draft.result_s3_prefix }),
    jobs,
  };
}

function checkBucket(bucket: string | undefined, problems: Problems): void {
  if (bucket === undefined || BUCKET_PATTERN.test(bucket)) return;
  const [, name] = /^s3:\/\/([^/]+)/.exec(bucket) ?? [];
  problems.add(
    "bad-bucket",
    { path: ["result_s3_bucket"] },
    `${quote(bucket)} is not the name of a bucket`,
    name === undefined
      ? "use 3 to 63 lower-case letters, digits, '.' and '-'"
      : `write "${name}", and the rest in result_s3_prefix`,
  );
}
