import { type Diagnostic, formatDiagnostics } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import type { JsonValue } from "@spawn/job-queue";
import type { Context } from "../context.js";
import { checkLocalSupport } from "../launching/local-support.js";
import { validSpec } from "../launching/prepare-launch.js";
import { readQueueFile } from "../launching/queue-file.js";
import { unsetVariableWarnings } from "../launching/unset-variable-warnings.js";
import { keptCommandConfig } from "./command-config.js";
import { isObject } from "./config-fields.js";
import { keptQueueConfig, parseQueueConfig } from "./queue-config.js";

/** A config that was found good. */
export interface CheckedConfig {
  /** As it is kept: paths are absolute. */
  readonly config: JsonValue;
  /** What runs such a job: a command and a queue need no handler of their own. */
  readonly kind: "command" | "queue" | "other";
  /** About the queue file; empty where there are none. */
  readonly warnings: string;
}

/**
 * Checks a job's config before it is kept. What is neither a command nor a queue is for a handler of one's own, and is
 * taken as it is.
 *
 * @throws SpawnError `bad-arguments`, `bad-queue-file`, `not-supported`, `permission-denied`.
 */
export function checkConfig(
  context: Pick<Context, "cwd" | "env">,
  config: JsonValue,
  color: boolean,
): CheckedConfig {
  const { cwd } = context;
  if (!isObject(config)) return { config, kind: "other", warnings: "" };
  if (Object.hasOwn(config, "command") && Object.hasOwn(config, "queue")) {
    throw new SpawnError("bad-arguments", "config: it has a command and a queue; a job is one of the two");
  }
  if (Object.hasOwn(config, "command")) {
    return { config: keptCommandConfig(config, cwd), kind: "command", warnings: "" };
  }
  if (!Object.hasOwn(config, "queue")) return { config, kind: "other", warnings: "" };
  const { options } = parseQueueConfig(config, cwd);
  const source = readQueueFile(options.file, (name) => context.env[name] !== undefined);
  const spec = validSpec(source, color);
  checkLocalSupport(spec);
  const given = Object.fromEntries(options.env.map((addition) => [addition.replace(/=.*/s, ""), "given"]));
  const unset = unsetVariableWarnings(source, spec, { ...context.env, ...given });
  const diagnostics: readonly Diagnostic[] = [...source.diagnostics, ...unset];
  const warnings =
    diagnostics.length === 0 ? "" : formatDiagnostics(diagnostics, { ...source, color }).trimEnd();
  return { config: keptQueueConfig(config, cwd), kind: "queue", warnings };
}
