import { statSync } from "node:fs";
import { type Clock, errnoOf } from "@spawn/foundation";
import type { AttemptKeys, JobKeys } from "../keys.js";
import type { ManifestLog } from "../manifest.js";
import type { ResultStore, StoredObject } from "../result-store.js";
import { type LogProgress, nextLogStep } from "./log-growth.js";

/**
 * How long at least until a log that has grown a little goes up again: the merged one is what people follow, the others
 * are there for when the machine is lost. A little less than ten seconds, so that a look every five meets it.
 */
const LIVE_EVERY_MS = { merged: 9_000, raw: 59_000 };

/** The log files of a running attempt. Those that are not there yet count as empty. */
export interface AttemptLogs {
  readonly attempt: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of all attempts so far. */
  readonly merged: string;
}

export interface FinishedAttempt {
  readonly attempt: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Absent when the command ended without one. */
  readonly exitCode?: number | undefined;
}

/** Brings one job's logs up. Calls must not overlap. A log that was stored completely does not grow any more. */
export class LogUploads {
  readonly #store: ResultStore;
  readonly #keys: JobKeys;
  readonly #clock: Clock;
  readonly #progress = new Map<string, LogProgress>();
  readonly #complete = new Set<string>();
  #finished: { readonly attempt: number; readonly logs: readonly ManifestLog[] } | undefined;

  constructor(store: ResultStore, keys: JobKeys, clock: Clock) {
    this.#store = store;
    this.#keys = keys;
    this.#clock = clock;
  }

  async sync(logs: AttemptLogs, signal: AbortSignal): Promise<void> {
    const keys = this.#keys.attempt(logs.attempt);
    await this.#grow(this.#keys.merged, logs.merged, LIVE_EVERY_MS.merged, signal);
    await this.#grow(keys.stdout, logs.stdout, LIVE_EVERY_MS.raw, signal);
    await this.#grow(keys.stderr, logs.stderr, LIVE_EVERY_MS.raw, signal);
  }

  /** Stores an ended attempt's logs and exit code, which so become the job's own. */
  async finishAttempt({ attempt, stdout, stderr, exitCode }: FinishedAttempt): Promise<void> {
    const keys = this.#keys.attempt(attempt);
    const out = await this.#putLog(keys.stdout, stdout);
    const err = await this.#putLog(keys.stderr, stderr);
    const code =
      exitCode === undefined
        ? undefined
        : await this.#store.putBytes(keys.exitCode, encodeExitCode(exitCode));
    await this.#adopt(keys, attempt, code !== undefined);
    const logs = [
      { key: this.#keys.stdout, ...out },
      { key: this.#keys.stderr, ...err },
      ...(code === undefined ? [] : [{ key: this.#keys.exitCode, ...code }]),
    ];
    this.#finished = { attempt, logs };
  }

  /** Stores the log over all attempts so far, as long as it is; the next attempt's will be longer. */
  async storeMerged(path: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#store.growFile(this.#keys.merged, path, signal === undefined ? {} : { signal });
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }

  /** Stores what covers the whole job; `attempt` is its last. */
  async finish(
    job: { readonly attempt: number; readonly exitCode: number | undefined; readonly merged: string },
    signal: AbortSignal | undefined,
  ): Promise<readonly ManifestLog[]> {
    const merged = await this.#putLog(this.#keys.merged, job.merged, signal);
    const own = [{ key: this.#keys.merged, ...merged }];
    if (this.#finished?.attempt === job.attempt) return [...this.#finished.logs, ...own];
    // Another process stored the attempt's logs, before it died.
    await this.#adopt(this.#keys.attempt(job.attempt), job.attempt, job.exitCode !== undefined);
    if (job.exitCode === undefined) return own;
    const code = await this.#store.putBytes(this.#keys.exitCode, encodeExitCode(job.exitCode));
    return [{ key: this.#keys.exitCode, ...code }, ...own];
  }

  async #adopt(keys: AttemptKeys, attempt: number, hasExitCode: boolean): Promise<void> {
    await this.#store.copy(keys.stdout, this.#keys.stdout);
    await this.#store.copy(keys.stderr, this.#keys.stderr);
    if (hasExitCode) await this.#store.copy(keys.exitCode, this.#keys.exitCode);
    else if (attempt > 1) await this.#store.remove(this.#keys.exitCode);
  }

  async #grow(key: string, path: string, everyMs: number, signal: AbortSignal): Promise<void> {
    if (this.#complete.has(key)) return;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const nowMs = this.#clock.bootMs();
    const progress = this.#progress.get(key) ?? { stored: 0, sent: 0, sinceMs: nowMs };
    this.#progress.set(key, progress);
    const step = nextLogStep({ size, nowMs, everyMs }, progress, this.#store.growth);
    if (step === undefined) return;
    await this.#store.growFile(key, path, { to: step.stored, signal });
    this.#progress.set(key, step);
  }

  async #putLog(key: string, path: string, signal?: AbortSignal): Promise<StoredObject> {
    this.#complete.add(key);
    try {
      return await this.#store.putFile(key, path, signal === undefined ? {} : { signal });
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      return this.#store.putBytes(key, new Uint8Array());
    }
  }
}

function encodeExitCode(exitCode: number): Uint8Array {
  return Buffer.from(`${exitCode}\n`);
}
