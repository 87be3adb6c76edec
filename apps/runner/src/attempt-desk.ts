import { existsSync, rmSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import {
  type AttemptEnd,
  attemptMarker,
  type Containment,
  currentBootId,
  type InstanceLayout,
  type RunningAttempt,
  recoverAttempt,
  startAttempt,
} from "@spawn/attempt-runner";
import {
  type AttemptEnvironment,
  attemptEnvironment,
  type JobSpec,
  type QueueSpec,
} from "@spawn/config-schema";
import type { AttemptOutcome, StopCause } from "@spawn/dag-core";
import { unreachable } from "@spawn/foundation";
import type { LogDesk } from "./log-desk.js";
import type { SecretSource } from "./secret-source.js";

export interface AttemptDeskOptions {
  readonly queue: QueueSpec;
  readonly queueId: string;
  readonly instanceId: string;
  readonly workingDirectory: string;
  readonly layout: InstanceLayout;
  readonly containment: Containment;
  readonly logs: LogDesk;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly secrets: SecretSource;
  /** What the jobs that run because something failed are told: `SPAWN_QUEUE_STATUS`, `SPAWN_FAILED_JOBS`. */
  readonly aftermath: (job: JobSpec) => Readonly<Record<string, string>>;
  readonly onEnded: (job: JobSpec, attempt: number, end: EndOfAttempt) => void;
}

/** What the runner makes known of an attempt's end. */
export type EndOfAttempt = Omit<AttemptEnd, "leftBehind"> & {
  /** When it had ended by what it left, by the wall clock (ms since the Unix epoch), where nobody saw it end. */
  readonly endedAtMs?: number;
};

export interface OpenAttempt {
  readonly job: JobSpec;
  readonly attempt: number;
  readonly process: RunningAttempt;
}

type WaitingAttempt = Omit<OpenAttempt, "process">;

/** It is being found out what became of it. */
interface SettlingAttempt {
  readonly attempt: number;
  /** Asked for meanwhile. */
  stop?: { readonly cause: StopCause; readonly force: boolean };
}

/** Starts, adopts and stops attempts; knows those that run. */
export class AttemptDesk {
  readonly #options: AttemptDeskOptions;
  readonly #open = new Map<string, OpenAttempt>();
  /** Attempts that wait for their secrets. */
  readonly #waiting = new Map<string, WaitingAttempt>();
  /** Attempts that had a claim before they were started. */
  readonly #settling = new Map<string, SettlingAttempt>();

  constructor(options: AttemptDeskOptions) {
    this.#options = options;
  }

  /** In the order in which they were started. */
  get open(): Iterable<OpenAttempt> {
    return this.#open.values();
  }

  /**
   * Starts an attempt, once its secrets are there; does nothing when it runs already. One that has a claim was started by a
   * runner whose record of it was lost (a damaged journal was cut): it is settled by its claim, not run again.
   */
  start(job: JobSpec, attempt: number, gpus: readonly string[]): void {
    const places = [this.#open, this.#waiting, this.#settling];
    if (places.some((place) => place.get(job.id)?.attempt === attempt)) return;
    if (this.#isClaimed(job, attempt)) void this.#settleClaimed(job, attempt);
    else if (Object.keys(job.secrets).length === 0) this.#launch(job, attempt, gpus, {});
    else void this.#launchWithSecrets(job, attempt, gpus);
  }

  #isClaimed(job: JobSpec, attempt: number): boolean {
    return existsSync(this.#options.layout.attempt(job.id, attempt).claim);
  }

  async #settleClaimed(job: JobSpec, attempt: number): Promise<void> {
    const settling: SettlingAttempt = { attempt };
    this.#settling.set(job.id, settling);
    // What it prints is masked as it was; without its secrets it is settled all the same.
    const secrets = Object.keys(job.secrets).length === 0 ? {} : await this.#secretsIfAny(job);
    this.#options.logs.mask(Object.values(secrets));
    await this.recover(job, attempt, currentBootId(), settling.stop?.cause);
    this.#settling.delete(job.id);
    if (settling.stop !== undefined) this.stop(job.id, attempt, settling.stop.cause, settling.stop.force);
  }

  async #secretsIfAny(job: JobSpec): Promise<Readonly<Record<string, string>>> {
    return await this.#options.secrets.fetch(job.secrets).catch(() => ({}));
  }

  async #launchWithSecrets(job: JobSpec, attempt: number, gpus: readonly string[]): Promise<void> {
    const waiting = { job, attempt };
    this.#waiting.set(job.id, waiting);
    const fetched = await this.#options.secrets.fetch(job.secrets).then(
      (values) => ({ values }),
      (error: unknown) => ({ failure: error instanceof Error ? error.message : String(error) }),
    );
    if (this.#waiting.get(job.id) !== waiting) return;
    if ("failure" in fetched) {
      this.#endWaiting(waiting, { reason: "start-failed", message: fetched.failure });
      return;
    }
    this.#waiting.delete(job.id);
    this.#options.logs.mask(Object.values(fetched.values));
    this.#launch(job, attempt, gpus, fetched.values);
  }

  #endWaiting({ job, attempt }: WaitingAttempt, outcome: AttemptOutcome): void {
    this.#waiting.delete(job.id);
    this.#options.logs.follow(job.id, attempt);
    this.#options.onEnded(job, attempt, { outcome });
  }

  #launch(
    job: JobSpec,
    attempt: number,
    gpus: readonly string[],
    secrets: Readonly<Record<string, string>>,
  ): void {
    const { layout } = this.#options;
    const environment = this.#openLog(job, attempt, gpus, secrets);
    if (environment.missing.length > 0) {
      const names = environment.missing.map((name) => `\${${name}}`).join(", ");
      const message = `${names} is referenced in the environment and set nowhere`;
      this.#options.onEnded(job, attempt, { outcome: { reason: "start-failed", message } });
      return;
    }
    const { gpus: asked = 0 } = job.resources ?? {};
    if (gpus.length < asked) {
      const message = `it asks for ${asked} GPUs, and this machine has ${gpus.length}`;
      this.#options.onEnded(job, attempt, { outcome: { reason: "start-failed", message } });
      return;
    }
    // What an attempt before said of its progress is not this one's.
    rmSync(layout.progressFile(job.id), { force: true });
    const memoryBytes = job.resources?.memoryBytes;
    const process = startAttempt(
      {
        command: job.command,
        ...(job.shell === undefined ? {} : { shell: job.shell }),
        cwd: this.workingDirectoryOf(job),
        env: environment.variables,
        files: layout.attempt(job.id, attempt),
        background: job.background,
        marker: attemptMarker(this.#options, job.id, attempt),
        ...(memoryBytes === undefined ? {} : { memoryBytes }),
      },
      { containment: this.#options.containment },
    );
    this.#follow(job, attempt, process);
  }

  /** Settles an attempt of a runner before this one: takes it over where it runs, or reports how it ended. */
  async recover(
    job: JobSpec,
    attempt: number,
    bootId: string,
    stopping: StopCause | undefined,
  ): Promise<void> {
    const recovered = await recoverAttempt({
      files: this.#options.layout.attempt(job.id, attempt),
      marker: attemptMarker(this.#options, job.id, attempt),
      bootId,
      background: job.background,
      ...(stopping === undefined ? {} : { stopping }),
    });
    switch (recovered.kind) {
      case "never-started":
        this.#options.onEnded(job, attempt, { outcome: { reason: "never-started" } });
        return;
      case "running":
        this.#openLog(job, attempt);
        this.#follow(job, attempt, recovered.attempt);
        return;
      case "ended": {
        const { kind: _kind, end, ...known } = recovered;
        this.#openLog(job, attempt);
        this.#options.onEnded(job, attempt, { ...end, ...known });
        return;
      }
      default:
        unreachable(recovered);
    }
  }

  /** @param force KILL at once, without a grace */
  stop(job: string, attempt: number, cause: StopCause, force: boolean): void {
    const waiting = this.#waiting.get(job);
    if (waiting?.attempt === attempt) this.#endWaiting(waiting, { reason: cause });
    const settling = this.#settling.get(job);
    if (settling?.attempt === attempt) settling.stop = { cause, force };
    const open = this.#open.get(job);
    if (open?.attempt === attempt) open.process.stop(cause, force ? { graceMs: 0 } : {});
  }

  workingDirectoryOf(job: JobSpec): string {
    const own = job.workingDirectory;
    if (own === undefined) return this.#options.workingDirectory;
    return isAbsolute(own) ? own : resolve(this.#options.workingDirectory, own);
  }

  #follow(job: JobSpec, attempt: number, process: RunningAttempt): void {
    this.#open.set(job.id, { job, attempt, process });
    void process.ended.then((end) => {
      this.#open.delete(job.id);
      this.#options.onEnded(job, attempt, end);
    });
  }

  /** The merged log goes on with the attempt. */
  #openLog(
    job: JobSpec,
    attempt: number,
    gpus: readonly string[] = [],
    secrets: Readonly<Record<string, string>> = {},
  ): AttemptEnvironment {
    const environment = this.#environment(job, attempt, gpus, secrets);
    this.#options.logs.follow(job.id, attempt);
    return environment;
  }

  #environment(
    job: JobSpec,
    attempt: number,
    gpus: readonly string[],
    secrets: Readonly<Record<string, string>>,
  ): AttemptEnvironment {
    const { queue, queueId, instanceId, inherited, layout } = this.#options;
    return attemptEnvironment({
      queue,
      job,
      inherited,
      provided: {
        ...secrets,
        QUEUE_ID: queueId,
        JOB_ID: job.id,
        JOB_ATTEMPT: String(attempt),
        SPAWN_INSTANCE_ID: instanceId,
        SPAWN_PROGRESS_FILE: layout.progressFile(job.id),
        ...(gpus.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: gpus.join(",") }),
        ...this.#options.aftermath(job),
      },
    });
  }
}
