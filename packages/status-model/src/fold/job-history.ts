import type { AttemptOutcome } from "@spawn/dag-core";

/** When something happened. */
export interface Moment {
  /** Wall clock, ms since the Unix epoch: for showing. */
  readonly at: number;
  /** Scheduler time, ms: for durations. */
  readonly t: number;
}

export interface AttemptHistory {
  readonly attempt: number;
  /** Of the job's definition that it ran by. */
  readonly fingerprint: string;
  /** The boot of the machine in which it was started; empty where the journal names no runner. */
  readonly bootId: string;
  readonly started: Moment;
  /** The GPUs that are its own. */
  readonly gpus?: readonly string[];
  /** The command's process and its start time in kernel ticks since boot, once it exists. */
  readonly process?: { readonly pid: number; readonly pidStart: number };
  readonly usage?: ResourceUsage;
  readonly ended?: Moment;
  readonly outcome?: AttemptOutcome;
  /** Set where the queue's limit ended it, not its own. */
  readonly globalTimeout?: boolean;
}

/** What an attempt used of its machine, as far as it is known. */
export interface ResourceUsage {
  readonly peakMemoryBytes?: number;
  readonly cpuSeconds?: number;
  /** Read from and written to disks. */
  readonly ioBytes?: number;
}

/** What the result store holds of a job. */
export interface StoredResults {
  readonly attempt: number;
  readonly files: number;
  readonly bytes: number;
}

/** Why the result store has not all of a job's logs and results, and since when that is known. */
export interface UnstoredResults extends Moment {
  readonly message: string;
  /** It is tried again. */
  readonly delayed?: boolean;
}

/** Why an instance has nothing of what a completed job left behind on another one. */
export type Absence = "lost" | "undeclared";

/** A history as plain JSON. */
export interface JobHistorySnapshot {
  readonly id: string;
  readonly attempts: readonly AttemptHistory[];
  readonly forgotten: number;
  readonly firstStarted?: Moment;
  readonly results?: StoredResults;
  readonly unstored?: UnstoredResults;
  readonly rerun: boolean;
  readonly absent?: Absence;
  readonly elsewhere?: number;
}

/** Of a job that fails and retries for weeks, this many last attempts are remembered in full. */
export const ATTEMPTS_KEPT = 10;

/** What happened to one job: its attempts, the last ones in full and the rest as a count, and its stored results. */
export class JobHistory {
  #attempts: AttemptHistory[] = [];
  #forgotten = 0;
  #firstStarted: Moment | undefined;
  #results: StoredResults | undefined;
  #unstored: UnstoredResults | undefined;
  #rerun = false;
  #absent: Absence | undefined;
  #elsewhere = 0;

  /** Goes on from a snapshot, or begins. */
  constructor(snapshot?: JobHistorySnapshot) {
    if (snapshot === undefined) return;
    this.#attempts = [...snapshot.attempts];
    this.#forgotten = snapshot.forgotten;
    this.#firstStarted = snapshot.firstStarted;
    this.#results = snapshot.results;
    this.#unstored = snapshot.unstored;
    this.#rerun = snapshot.rerun;
    this.#absent = snapshot.absent;
    this.#elsewhere = snapshot.elsewhere ?? 0;
  }

  /** The last attempts, at most `ATTEMPTS_KEPT`, in order. */
  get attempts(): readonly AttemptHistory[] {
    return this.#attempts;
  }

  /** Attempts before those. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get last(): AttemptHistory | undefined {
    return this.#attempts.at(-1);
  }

  get firstStarted(): Moment | undefined {
    return this.#firstStarted;
  }

  /** What the result store holds, and of which attempt. */
  get results(): StoredResults | undefined {
    return this.#results;
  }

  /** Set while the result store is known not to have all that it should. */
  get unstored(): UnstoredResults | undefined {
    return this.#unstored;
  }

  /** Whether the last resume made the job run again. */
  get rerun(): boolean {
    return this.#rerun;
  }

  /** Set where its results are not on the queue's instance, until it runs again. */
  get absent(): Absence | undefined {
    return this.#absent;
  }

  /** Attempts up to this one were on an instance before this one; 0: none were. */
  get elsewhere(): number {
    return this.#elsewhere;
  }

  /** `undefined` when nothing has happened. */
  snapshot(id: string): JobHistorySnapshot | undefined {
    if (this.#isUntouched()) return undefined;
    return {
      id,
      attempts: [...this.#attempts],
      forgotten: this.#forgotten,
      ...(this.#firstStarted === undefined ? {} : { firstStarted: this.#firstStarted }),
      ...(this.#results === undefined ? {} : { results: this.#results }),
      ...(this.#unstored === undefined ? {} : { unstored: this.#unstored }),
      rerun: this.#rerun,
      ...(this.#absent === undefined ? {} : { absent: this.#absent }),
      ...(this.#elsewhere === 0 ? {} : { elsewhere: this.#elsewhere }),
    };
  }

  #isUntouched(): boolean {
    const isStored = this.#results !== undefined || this.#unstored !== undefined;
    return this.#attempts.length === 0 && !isStored && !this.#rerun && this.#elsewhere === 0;
  }

  noteStarting(
    starting: Omit<AttemptHistory, "process" | "usage" | "ended" | "outcome" | "globalTimeout">,
  ): void {
    this.#firstStarted ??= starting.started;
    this.#absent = undefined;
    this.#attempts.push(starting);
    if (this.#attempts.length > ATTEMPTS_KEPT) {
      this.#attempts.shift();
      this.#forgotten += 1;
    }
  }

  noteProcess(attempt: number, process: { readonly pid: number; readonly pidStart: number }): void {
    this.#amend(attempt, { process });
  }

  noteUsage(attempt: number, usage: ResourceUsage): void {
    this.#amend(attempt, { usage });
  }

  noteGlobalTimeout(attempt: number): void {
    this.#amend(attempt, { globalTimeout: true });
  }

  noteEnded(attempt: number, ended: Moment, outcome: AttemptOutcome): void {
    this.#amend(attempt, { ended, outcome });
  }

  noteResults(attempt: number, files: number, bytes: number): void {
    this.#results = { attempt, files, bytes };
    this.#unstored = undefined;
  }

  noteUnstored(unstored: UnstoredResults): void {
    this.#unstored = unstored;
  }

  noteMoved(): void {
    this.#elsewhere = this.last?.attempt ?? 0;
    // What has not reached the store by now is gone with the instance.
    this.#unstored = undefined;
  }

  /** Attempts up to this one were elsewhere, and nothing else is known of the last of them. */
  noteUnknown(attempt: number): void {
    this.#elsewhere = Math.max(this.#elsewhere, attempt);
  }

  noteAbsent(absent: Absence): void {
    this.#absent = absent;
  }

  noteResume(rerun: boolean): void {
    this.#rerun = rerun;
  }

  /** What is said of an attempt that is forgotten, or was never heard of, has no place to go. */
  #amend(attempt: number, facts: Partial<AttemptHistory>): void {
    const index = this.#attempts.findLastIndex((known) => known.attempt === attempt);
    const known = this.#attempts[index];
    if (known !== undefined) this.#attempts[index] = { ...known, ...facts };
  }
}
