import { resolve } from "node:path";
import { isValidId } from "@spawn/config-schema";
import type { JsonObject } from "@spawn/job-queue";
import type { Ec2FlagValues } from "../launching/ec2/ec2-flags.js";
import { launchOptions } from "../launching/launch-flags.js";
import type { LaunchOptions } from "../launching/prepare-launch.js";
import { ConfigFields } from "./config-fields.js";
import { EC2_KEYS, readEc2Options } from "./ec2-queue-options.js";

interface QueueConfigFacts {
  /** What relative paths count from; absolute. */
  readonly cwd: string;
  readonly options: LaunchOptions;
}

export interface LocalQueueConfig extends QueueConfigFacts {
  readonly provider: "local";
}

export interface Ec2QueueConfig extends QueueConfigFacts {
  readonly provider: "ec2";
  readonly ec2: Ec2FlagValues;
}

/** A job that is a queue: `{"queue": "pipeline.json", …}`, with the options of `spawn launch` beside it. */
export type QueueConfig = LocalQueueConfig | Ec2QueueConfig;

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
 * @param provider where it runs when neither `provider` nor an `instance_type` says
 * @throws SpawnError `bad-arguments`, with all that is wrong.
 */
export function parseQueueConfig(
  config: JsonObject,
  cwd: string,
  provider: QueueConfig["provider"] = "local",
): QueueConfig {
  const fields = new ConfigFields(config, QUEUE_KEYS);
  const file = fields.text("queue");
  const where =
    fields.choice("provider", ["local", "ec2"]) ?? (fields.has("instance_type") ? "ec2" : provider);
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
  const ec2 = where === "ec2" ? readEc2Options(fields) : undefined;
  if (ec2 === undefined) refuseEc2Keys(fields);
  fields.refuseProblems();
  const facts = { cwd: from, options: launchOptions(resolve(from, file ?? ""), flags, tags) };
  return ec2 === undefined ? { provider: "local", ...facts } : { provider: "ec2", ...facts, ec2 };
}

function refuseEc2Keys(fields: ConfigFields): void {
  for (const key of EC2_KEYS) {
    if (fields.has(key)) fields.problem(`${key} is for EC2, and this queue runs on the worker's machine`);
  }
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
export function keptQueueConfig(config: JsonObject, { cwd, options, provider }: QueueConfig): JsonObject {
  return { ...config, queue: options.file, provider, cwd };
}
