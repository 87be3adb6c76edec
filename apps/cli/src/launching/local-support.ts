import type { QueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";

/**
 * Refuses what a queue file may say and a local run cannot give, rather than ignore it.
 *
 * @throws SpawnError `not-supported`, naming every such field and its job.
 */
export function checkLocalSupport(spec: QueueSpec): void {
  const fields = [
    // Without a bucket of its own there is no place for it.
    ...(spec.resultS3Prefix === undefined || spec.resultS3Bucket !== undefined
      ? []
      : ["result_s3_prefix without result_s3_bucket"]),
    ...spec.jobs.flatMap((job) => (Object.keys(job.secrets).length === 0 ? [] : [`secrets (job ${job.id})`])),
  ];
  if (fields.length === 0) return;
  throw new SpawnError("not-supported", `not supported in a local run yet: ${fields.join(", ")}`, {
    hint: "Leave them out to run here, and give variables by --env.",
  });
}
