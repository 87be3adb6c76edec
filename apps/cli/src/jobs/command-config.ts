import { resolve } from "node:path";
import type { JsonObject } from "@spawn/job-queue";
import { ConfigFields } from "./config-fields.js";

/** A job that is one command: `{"command": "./train.sh", …}`. */
export interface CommandConfig {
  readonly command: string;
  /** Absolute. */
  readonly workingDirectory: string;
  /** `${VAR}` is resolved when an attempt starts, from the worker's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly shell?: string;
}

const COMMAND_KEYS = ["command", "environment", "env", "working_directory", "timeout", "shell"] as const;

/**
 * @param cwd what a relative `working_directory` counts from, and what stands for an absent one
 * @throws SpawnError `bad-arguments`, with all that is wrong.
 */
export function parseCommandConfig(config: JsonObject, cwd: string): CommandConfig {
  const fields = new ConfigFields(config, COMMAND_KEYS);
  const command = fields.text("command");
  const environment = fields.variables(fields.spelling("environment", "env")) ?? {};
  const workingDirectory = resolve(cwd, fields.text("working_directory") ?? ".");
  const timeoutMs = fields.duration("timeout");
  const shell = fields.text("shell");
  fields.refuseProblems();
  return {
    command: command ?? "",
    environment,
    workingDirectory,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(shell === undefined ? {} : { shell }),
  };
}

/** The config as it is kept: the same wherever its worker runs. */
export function keptCommandConfig(config: JsonObject, cwd: string): JsonObject {
  return { ...config, working_directory: parseCommandConfig(config, cwd).workingDirectory };
}
