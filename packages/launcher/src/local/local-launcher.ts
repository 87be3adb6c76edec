import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { endAllAttempts, instanceLayout, readRunnerLock, writeRequest } from "@spawn/attempt-runner";
import { type Clock, errnoOf, explainFileError, type Random, SpawnError } from "@spawn/foundation";
import type { Instance } from "../instance.js";
import type { Launcher } from "../launcher.js";
import type { LaunchRequest, ResumeRequest } from "../requests.js";
import { type InstanceFile, readInstanceFile, replaceFile, writeInstanceFile } from "./instance-file.js";
import { hasRunner, isStarting, noteStarting } from "./runner-presence.js";
import { type RunnerProgram, startRunner } from "./runner-process.js";

const DRAIN_POLL_MS = 20;

export interface LocalLauncherOptions {
  /** Folder that holds one folder an instance. */
  readonly instancesFolder: string;
  readonly runner: RunnerProgram;
  readonly clock: Clock;
  readonly random: Random;
  /** `process.platform`. */
  readonly platform: string;
}

/** Instances on this machine: a folder and a process each. */
export class LocalLauncher implements Launcher {
  readonly provider = "local";
  readonly #options: LocalLauncherOptions;

  constructor(options: LocalLauncherOptions) {
    this.#options = options;
  }

  async launch(request: LaunchRequest): Promise<Instance> {
    const { clock, random, platform } = this.#options;
    if (platform !== "linux") {
      throw new SpawnError("not-supported", `queues run on Linux; this machine is ${platform}`, {
        hint: "Validate and plan work here; run the queue on a Linux machine.",
      });
    }
    const file: InstanceFile = {
      schema_version: 1,
      instance_id: `local-${random.hex(12)}`,
      ...(request.name === undefined ? {} : { name: request.name }),
      queue_id: request.queueId,
      launched_at: new Date(clock.wallMs()).toISOString(),
      tags: request.tags,
      working_directory: request.workingDirectory,
      store_root: request.storeRoot,
      carried: request.carried,
    };
    const folder = this.#makeFolder(file, request.queueFile);
    try {
      await this.#start(folder, file, request.environment, fromStoreArguments(request));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return this.#instance(folder, file);
  }

  async list(): Promise<readonly Instance[]> {
    return this.#folders()
      .flatMap((folder) => {
        const file = readInstanceFile(folder);
        return file === undefined ? [] : [this.#instance(folder, file)];
      })
      .sort((a, b) => (a.launchedAt < b.launchedAt ? 1 : a.launchedAt > b.launchedAt ? -1 : 0));
  }

  async resume(instanceId: string, request: ResumeRequest): Promise<Instance> {
    const { folder, file } = this.#existing(instanceId);
    const layout = instanceLayout(folder);
    if (hasRunner(layout)) {
      const owner = isStarting(layout) ? "is starting" : `pid ${readRunnerLock(layout.lock)?.owner.pid}`;
      throw new SpawnError("already-running", `${file.queue_id} is running (runner ${owner})`, {
        hint: `Watch it: spawn queue status ${instanceId} --watch`,
      });
    }
    await this.#refuseReplaced(file);
    const again = ["--resume", ...request.rerun.flatMap((job) => ["--rerun", job])];
    const resumed = { ...file, carried: [...new Set([...file.carried, ...(request.carried ?? [])])] };
    if (resumed.carried.length > file.carried.length) writeInstanceFile(folder, resumed);
    // What an earlier resume left there was for that one.
    const { nextQueueFile } = instanceLayout(folder);
    if (request.queueFile === undefined) rmSync(nextQueueFile, { force: true });
    else replaceFile(nextQueueFile, request.queueFile);
    await this.#start(folder, resumed, request.environment, again);
    return this.#instance(folder, resumed);
  }

  async terminate(instanceId: string, options: { readonly signal?: AbortSignal } = {}): Promise<Instance> {
    const { folder, file } = this.#existing(instanceId);
    const layout = instanceLayout(folder);
    // A runner that is only starting would take the request for one that its predecessor left.
    while (isStarting(layout)) await wait(DRAIN_POLL_MS, undefined, options);
    if (readRunnerLock(layout.lock)?.alive) {
      writeRequest(layout.state, { kind: "interrupt", cause: "shutdown" });
      while (readRunnerLock(layout.lock)?.alive) await wait(DRAIN_POLL_MS, undefined, options);
    }
    await endAllAttempts(layout, { instanceId, queueId: file.queue_id });
    const terminated = { ...file, terminated_at: new Date(this.#options.clock.wallMs()).toISOString() };
    if (file.terminated_at === undefined) writeInstanceFile(folder, terminated);
    return this.#instance(folder, terminated);
  }

  async extend(instanceId: string): Promise<string> {
    this.#existing(instanceId);
    throw new SpawnError(
      "not-supported",
      `${instanceId} has no deadline: local instances run until their queue is over`,
      {
        hint: `End it yourself: spawn terminate ${instanceId}`,
      },
    );
  }

  /** What a later launch has overwritten in the result store must not be written to by both. */
  async #refuseReplaced(file: InstanceFile): Promise<void> {
    const newest = (await this.list()).find(
      ({ queueId, storeRoot }) => queueId === file.queue_id && storeRoot === file.store_root,
    );
    if (newest === undefined || newest.instanceId === file.instance_id) return;
    throw new SpawnError(
      "not-resumable",
      `the results of ${file.queue_id} now belong to ${newest.instanceId}, which replaced ${file.instance_id}`,
      { hint: "Launch the queue again, with another --queue-id." },
    );
  }

  #makeFolder(file: InstanceFile, queueFile: string): string {
    const { instancesFolder } = this.#options;
    const folder = join(instancesFolder, file.instance_id);
    // Made under another name first: a folder without its files is never taken for an instance.
    const unfinished = join(instancesFolder, `.${file.instance_id}`);
    try {
      mkdirSync(instancesFolder, { recursive: true, mode: 0o700 });
      mkdirSync(unfinished, { mode: 0o700 });
      const layout = instanceLayout(unfinished);
      for (const path of layout.folders) mkdirSync(path, { recursive: true });
      writeFileSync(layout.queueFile, queueFile, { mode: 0o600 });
      writeInstanceFile(unfinished, file);
      // Whoever finds the instance before its runner holds the lock must not take it for one that lost it.
      noteStarting(layout, process.pid);
      renameSync(unfinished, folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw explainFileError(error, "cannot make the instance", folder);
    }
    return folder;
  }

  async #start(
    folder: string,
    file: InstanceFile,
    environment: Readonly<Record<string, string | undefined>>,
    more: readonly string[],
  ): Promise<void> {
    const { working_directory: workingDirectory } = file;
    if (!statSync(workingDirectory, { throwIfNoEntry: false })?.isDirectory()) {
      throw new SpawnError("bad-arguments", `the working directory is not there: ${workingDirectory}`, {
        hint: "Make it again, or launch from another folder.",
      });
    }
    const args = [
      "run",
      ...["--root", folder],
      ...["--instance-id", file.instance_id],
      ...["--working-directory", workingDirectory],
      ...["--store", file.store_root],
      ...file.carried.flatMap((name) => ["--carried", name]),
      ...more,
    ];
    await startRunner(this.#options.runner, args, instanceLayout(folder), environment);
  }

  #existing(instanceId: string): { readonly folder: string; readonly file: InstanceFile } {
    const folder = join(this.#options.instancesFolder, instanceId);
    const file = instanceId.startsWith("local-") ? readInstanceFile(folder) : undefined;
    if (file === undefined) {
      throw new SpawnError("instance-not-found", `no instance ${instanceId} on this machine`, {
        hint: "See what there is: spawn list",
      });
    }
    return { folder, file };
  }

  #folders(): readonly string[] {
    const { instancesFolder } = this.#options;
    try {
      return readdirSync(instancesFolder)
        .filter((name) => name.startsWith("local-"))
        .map((name) => join(instancesFolder, name));
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw explainFileError(error, "cannot list the instances", instancesFolder);
    }
  }

  #instance(folder: string, file: InstanceFile): Instance {
    const alive = hasRunner(instanceLayout(folder));
    return {
      instanceId: file.instance_id,
      provider: "local",
      state: alive ? "running" : file.terminated_at === undefined ? "stopped" : "terminated",
      ...(file.name === undefined ? {} : { name: file.name }),
      queueId: file.queue_id,
      launchedAt: file.launched_at,
      tags: file.tags,
      root: folder,
      workingDirectory: file.working_directory,
      storeRoot: file.store_root,
      carried: file.carried,
    };
  }
}

function fromStoreArguments({ fromStore }: LaunchRequest): readonly string[] {
  if (fromStore === undefined) return [];
  return [
    "--resume",
    "--from-store",
    ...(fromStore.trustCompleted ? ["--trust-completed"] : []),
    ...fromStore.rerun.flatMap((job) => ["--rerun", job]),
  ];
}
