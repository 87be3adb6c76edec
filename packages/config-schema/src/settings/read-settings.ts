import type { Problems } from "../diagnostics/problems.js";
import { readTimeout } from "../rules/read-duration.js";
import { checkShape } from "../schema/check-shape.js";
import { quote } from "../schema/describe-value.js";
import { BUCKET_PATTERN } from "../schema/patterns.js";
import type { Settings } from "./settings.js";
import { settingsSchema } from "./settings-schema.js";

const ROOT = { name: "a settings file", example: "write keys and values, such as region: eu-central-1" };

/** The settings in a value, as far as they are right; what is wrong is reported. */
export function readSettings(value: unknown, problems: Problems): Settings {
  const raw = checkShape(settingsSchema, settingsSchema, value, [], problems, ROOT) ?? {};
  const duration = (key: "ttl" | "idle_timeout" | "keep_on_failure"): number | undefined =>
    readTimeout(raw[key], [], key, problems);
  const all = {
    provider: raw.provider,
    region: raw.region,
    instanceTypes: listOf(raw.instance_type),
    ttlMs: duration("ttl"),
    idleTimeoutMs: duration("idle_timeout"),
    onComplete: raw.on_complete,
    keepOnFailureMs: duration("keep_on_failure"),
    volumeSizeGiB: raw.volume_size,
    iamPolicies: listOf(raw.iam_policy),
    resultS3Bucket: readBucket(raw.result_s3_bucket, problems),
    resultS3Prefix: raw.result_s3_prefix,
    tags: raw.tags,
  };
  return Object.fromEntries(Object.entries(all).filter(([, setting]) => setting !== undefined)) as Settings;
}

/** What stands between commas. */
export function listOf(text: string | undefined): readonly string[] | undefined {
  const items = text?.split(",").flatMap((item) => item.trim() || []);
  return items?.length === 0 ? undefined : items;
}

function readBucket(name: string | undefined, problems: Problems): string | undefined {
  if (name === undefined || BUCKET_PATTERN.test(name)) return name;
  problems.add(
    "bad-bucket",
    { path: ["result_s3_bucket"] },
    `${quote(name)} is not the name of a bucket`,
    "write the name alone, without s3://: lower-case letters, digits, '.' and '-'",
  );
  return undefined;
}
