import { type Diagnostic, formatDiagnostics } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import type { JsonObject, JsonValue } from "@spawn/job-queue";
import type { Context } from "../context.js";
import { ec2Options } from "../launching/ec2/ec2-options.js";
import { checkLocalSupport } from "../launching/local-support.js";
import { validSpec } from "../launching/prepare-launch.js";
import { readQueueFile } from "../launching/queue-file.js";
import { unsetVariableWarnings } from "../launching/unset-variable-warnings.js";
import { settingsAt } from "../settings/settings-at.js";
import { keptCommandConfig } from "./command-config.js";
import { isObject } from "./config-fields.js";
import { type Ec2QueueConfig, keptQueueConfig, parseQueueConfig } from "./queue-config.js";

/** A config that was found good. */
export interface CheckedConfig {
  /** As it is kept: paths are absolute. */
  readonly config: JsonValue;
  /** What runs such a job: a command and a queue need no handler of their own. */
  readonly kind: "command" | "queue" | "other";
  /** About the queue file; empty where there are none. */
  readonly warnings: string;
}

/** What a check looks at. */
type CheckContext = Pick<Context, "cwd" | "env" | "settings" | "ec2">;

/**
 * Checks a job's config before it is kept. What is neither a command nor a queue is for a handler of one's own, and is
 * taken as it is.
 *
 * @throws SpawnError `bad-arguments`, `bad-queue-file`, `not-supported`, `permission-denied`.
 */
export async function checkConfig(
  context: CheckContext,
  config: JsonValue,
  color: boolean,
): Promise<CheckedConfig> {
  const { cwd } = context;
  if (!isObject(config)) return { config, kind: "other", warnings: "" };
  if (Object.hasOwn(config, "command") && Object.hasOwn(config, "queue")) {
    throw new SpawnError("bad-arguments", "config: it has a command and a queue; a job is one of the two");
  }
  if (Object.hasOwn(config, "command")) {
    return { config: keptCommandConfig(config, cwd), kind: "command", warnings: "" };
  }
  if (!Object.hasOwn(config, "queue")) return { config, kind: "other", warnings: "" };
  return await checkQueueConfig(context, config, color);
}

async function checkQueueConfig(
  context: CheckContext,
  config: JsonObject,
  color: boolean,
): Promise<CheckedConfig> {
  const { cwd, env } = context;
  const parsed = parseQueueConfig(config, cwd, (await context.settings()).provider);
  const { options } = parsed;
  const source = readQueueFile(options.file, (name) => env[name] !== undefined);
  const spec = validSpec(source, color);
  const onEc2 = parsed.provider === "ec2" ? await checkEc2Config(context, parsed) : {};
  if (parsed.provider === "local") checkLocalSupport(spec);
  const given = Object.fromEntries(options.env.map((addition) => [addition.replace(/=.*/s, ""), "given"]));
  const unset = unsetVariableWarnings(source, spec, { ...env, ...given });
  const diagnostics: readonly Diagnostic[] = [...source.diagnostics, ...unset];
  const warnings =
    diagnostics.length === 0 ? "" : formatDiagnostics(diagnostics, { ...source, color }).trimEnd();
  return { config: { ...keptQueueConfig(config, parsed), ...onEc2 }, kind: "queue", warnings };
}

/** @returns what is kept of where it runs: a worker may have other settings. */
async function checkEc2Config(context: CheckContext, { ec2, cwd }: Ec2QueueConfig): Promise<JsonObject> {
  const { instanceTypes } = await ec2Options(ec2, await settingsAt(context.env, cwd)(), cwd);
  const { region } = await context.ec2(ec2.region);
  return { region, instance_type: [...instanceTypes] };
}
