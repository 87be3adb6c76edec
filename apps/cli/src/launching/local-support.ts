import type { QueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";

/**
 * Refuses what a queue file may say and a local run cannot give, rather than ignore it.
 *
 * @throws SpawnError `not-supported`, naming every such field and its job.
 */
export function checkLocalSupport(spec: QueueSpec): void {
  const fields = [
    ...(spec.resultS3Bucket === undefined ? [] : ["result_s3_bucket"]),
    ...(spec.resultS3Prefix === undefined ? [] : ["result_s3_prefix"]),
    ...spec.jobs.flatMap((job) => (Object.keys(job.secrets).length === 0 ? [] : [`secrets (job ${job.id})`])),
  ];
  if (fields.length === 0) return;
  throw new SpawnError("not-supported", `not supported in a local run yet: ${fields.join(", ")}`, {
    hint: "Leave them out to run here: variables by --env, results in the local store.",
  });
}
