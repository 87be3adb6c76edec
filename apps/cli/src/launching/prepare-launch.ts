import { statSync } from "node:fs";
import { resolve } from "node:path";
import { machineCapacity } from "@spawn/attempt-runner";
import {
  type Diagnostic,
  defaultQueueId,
  formatDiagnostics,
  isValidId,
  type QueueSpec,
  toDagInput,
} from "@spawn/config-schema";
import { buildGraph } from "@spawn/dag-core";
import { SpawnError } from "@spawn/foundation";
import { type EstimatedDuration, estimatedDuration } from "@spawn/status-model";
import { storeRootFrom } from "../aws/store-root.js";
import type { Context } from "../context.js";
import {
  checkEnvironment,
  type LaunchEnvironment,
  launchEnvironment,
  refuseGivenGpus,
} from "./environment.js";
import { checkLocalSupport } from "./local-support.js";
import { checkRoom } from "./machine-room.js";
import { type ReadQueueFile, readQueueFile } from "./queue-file.js";
import { refuseTakenName } from "./refuse-taken-name.js";

/** What `launch` and `queue run` are asked for. */
export interface LaunchOptions {
  readonly file: string;
  readonly queueId?: string;
  readonly name?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `NAME` or `NAME=value`. */
  readonly env: readonly string[];
  readonly workdir?: string;
  readonly overwrite: boolean;
}

/** A launch of which everything that can be checked beforehand was found good. Nothing is made yet. */
export interface PreparedLaunch {
  readonly options: LaunchOptions;
  readonly spec: QueueSpec;
  /** The id to claim. */
  readonly queueId: string;
  readonly warnings: readonly Diagnostic[];
  readonly source: ReadQueueFile;
  readonly environment: LaunchEnvironment;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Folder or `s3://bucket/prefix/` of the result store. */
  readonly storeRoot: string;
  readonly estimate: EstimatedDuration;
}

/** @throws SpawnError `bad-queue-file`, `bad-arguments`, `no-capacity`, `not-supported`, `permission-denied`. */
export async function prepareLaunch(
  context: Context,
  options: LaunchOptions,
  color: boolean,
): Promise<PreparedLaunch> {
  if (options.name !== undefined) refuseTakenName(await context.launcher.list(), options.name);
  const environment = launchEnvironment(context.env, options.env);
  const { source, spec } = readRunnableFile(options.file, environment, color);
  const queueId = wantedQueueId(context, options, spec);
  return {
    options,
    spec,
    queueId,
    warnings: source.diagnostics,
    source,
    environment,
    workingDirectory: existingFolder(resolve(context.cwd, options.workdir ?? spec.workdir ?? ".")),
    storeRoot:
      spec.resultS3Bucket === undefined
        ? context.paths.results
        : storeRootFrom(spec.resultS3Bucket, spec.resultS3Prefix),
    estimate: estimatedDuration(buildGraph(toDagInput(spec))),
  };
}

/** The id that a launch asks for: `--queue-id`, the file's own, or one of the time. @throws SpawnError `bad-arguments`. */
export function wantedQueueId(
  { clock }: Pick<Context, "clock">,
  { queueId: flag }: Pick<LaunchOptions, "queueId">,
  spec: QueueSpec,
): string {
  const queueId = flag ?? spec.queueId ?? defaultQueueId(new Date(clock.wallMs()));
  if (isValidId(queueId)) return queueId;
  throw new SpawnError("bad-arguments", `--queue-id ${queueId}: not a queue id`, {
    hint: "Letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 128.",
  });
}

/**
 * Reads a queue file of which all was found good that can be checked before it runs on this machine.
 *
 * @param environment what the queue's jobs will find
 * @throws SpawnError `bad-queue-file`, `bad-arguments`, `no-capacity`, `not-supported`, `permission-denied`.
 */
export function readRunnableFile(
  path: string,
  { variables, carried }: LaunchEnvironment,
  color: boolean,
): { readonly source: ReadQueueFile; readonly spec: QueueSpec } {
  const source = readQueueFile(path, (name) => variables[name] !== undefined);
  const spec = validSpec(source, color);
  checkLocalSupport(spec);
  refuseGivenGpus(spec, carried);
  checkRoom(spec, machineCapacity({ environment: variables }));
  checkEnvironment(spec, variables);
  return { source, spec };
}

/** @throws SpawnError `bad-queue-file` with every problem and its place. */
export function validSpec(source: ReadQueueFile, color: boolean): QueueSpec {
  if (source.spec !== undefined) return source.spec;
  const errors = source.diagnostics.filter(({ severity }) => severity === "error").length;
  throw new SpawnError(
    "bad-queue-file",
    `${source.fileName} has ${errors} ${errors === 1 ? "error" : "errors"}`,
    {
      hint: `\n${formatDiagnostics(source.diagnostics, { ...source, color })}`.trimEnd(),
    },
  );
}

function existingFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new SpawnError("bad-arguments", `the working directory is not a folder: ${path}`);
}
