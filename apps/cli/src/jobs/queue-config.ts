import { resolve } from "node:path";
import { isValidId } from "@spawn/config-schema";
import type { JsonObject } from "@spawn/job-queue";
import { launchOptions } from "../launching/launch-flags.js";
import type { LaunchOptions } from "../launching/prepare-launch.js";
import { ConfigFields } from "./config-fields.js";

/** A job that is a queue: `{"queue": "pipeline.json", …}`, with the options of `spawn launch` beside it. */
export interface QueueConfig {
  readonly provider: "local";
  /** What relative paths count from; absolute. */
  readonly cwd: string;
  readonly options: LaunchOptions;
}

/** Of `spawn launch`, what means something on EC2 only. */
const EC2_KEYS = [
  "instance_type",
  "ttl",
  "on_complete",
  "iam_policy",
  "volume_size",
  "region",
  "spot",
  "spot_max_price",
  "keep_on_failure",
  "idle_timeout",
] as const;

const QUEUE_KEYS = [
  "queue",
  "provider",
  "cwd",
  "workdir",
  "env",
  "name",
  "queue_id",
  "tags",
  ...EC2_KEYS,
] as const;

/**
 * @param cwd what relative paths count from where the config does not say
 * @throws SpawnError `bad-arguments`, with all that is wrong.
 */
export function parseQueueConfig(config: JsonObject, cwd: string): QueueConfig {
  const fields = new ConfigFields(config, QUEUE_KEYS);
  const file = fields.text("queue");
  const provider = fields.choice("provider", ["local", "ec2"]) ?? "local";
  const from = resolve(cwd, fields.text("cwd") ?? ".");
  const queueId = fields.text("queue_id");
  if (queueId !== undefined && !isValidId(queueId)) {
    fields.problem(`queue_id ${JSON.stringify(queueId)} is not a queue id`);
  }
  const flags = {
    name: fields.text("name"),
    env: environmentOf(fields, config),
    "queue-id": queueId,
    overwrite: undefined,
    workdir: fields.text("workdir"),
  };
  const tags = fields.map("tags") ?? {};
  for (const key of EC2_KEYS) {
    if (config[key] !== undefined) fields.problem(`${key} is for EC2, where jobs cannot launch queues yet`);
  }
  if (provider === "ec2") fields.problem("provider ec2: jobs cannot launch queues there yet");
  fields.refuseProblems();
  return { provider: "local", cwd: from, options: launchOptions(resolve(from, file ?? ""), flags, tags) };
}

/** `["NAME", "NAME=value"]`, or names with their values. A bare name is taken from the worker's environment. */
function environmentOf(fields: ConfigFields, config: JsonObject): readonly string[] {
  if (!Array.isArray(config.env)) {
    return Object.entries(fields.variables("env") ?? {}).map(([name, value]) => `${name}=${value}`);
  }
  const additions = fields.texts("env") ?? [];
  for (const addition of additions) {
    if (!/^[A-Za-z_]\w*(=|$)/.test(addition)) {
      fields.problem(`env: ${JSON.stringify(addition)} is neither NAME nor NAME=value`);
    }
  }
  return additions;
}

/** The config as it is kept: the same wherever its worker was started. */
export function keptQueueConfig(config: JsonObject, cwd: string): JsonObject {
  const { cwd: from, options, provider } = parseQueueConfig(config, cwd);
  return { ...config, queue: options.file, provider, cwd: from };
}
