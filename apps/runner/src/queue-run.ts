import {
  type Containment,
  type InstanceLayout,
  markerGroup,
  type RunnerLock,
  readLogStarts,
} from "@spawn/attempt-runner";
import type { JobSpec, QueueSpec } from "@spawn/config-schema";
import {
  type Capacity,
  type Effect,
  failedJobs,
  pendingEffects,
  resumableJobs,
  type SchedulerState,
  Slots,
  stopReason,
} from "@spawn/dag-core";
import { type Random, SpawnError } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import { exitCodeOf, type JournalEvent, openJobs, type QueueFold, renewals } from "@spawn/status-model";
import { Alarms } from "./alarms.js";
import { AttemptDesk, type EndOfAttempt } from "./attempt-desk.js";
import { Handover } from "./handover.js";
import { heldStore } from "./held-store.js";
import { Inbox } from "./inbox.js";
import type { JournalWriter } from "./journal-writer.js";
import { LogDesk } from "./log-desk.js";
import type { QueueClock } from "./queue-clock.js";
import { QueueHold } from "./queue-hold.js";
import { endFound, inheritedAttempts, unstoredAttempts } from "./recovery.js";
import type { SecretSource } from "./secret-source.js";
import { showExitCode } from "./signposts.js";
import { delayedEvent, unstoredEvent } from "./unstored-events.js";
import { UploadDesk } from "./upload-desk.js";

type WithoutTime<E> = E extends unknown ? Omit<E, "t"> : never;

/** Something that happened and is not in the journal yet; it gets its time when it is recorded. */
export interface PendingEvent {
  readonly event: WithoutTime<JournalEvent>;
  /** Called once the event is on the disk and applied, or was found to be past. */
  readonly recorded?: () => void;
}

export interface QueueRunParts {
  readonly queue: QueueSpec;
  readonly queueId: string;
  readonly instanceId: string;
  readonly workingDirectory: string;
  readonly layout: InstanceLayout;
  readonly containment: Containment;
  readonly lock: RunnerLock;
  readonly journal: JournalWriter;
  readonly fold: QueueFold;
  /** Whether the queue goes on with another file than the one it had. */
  readonly changed: boolean;
  /** Whether the queue was on another instance until now. */
  readonly moved: boolean;
  readonly clock: QueueClock;
  readonly random: Random;
  readonly store: ResultStore;
  /** For how long after the last job's end the store is waited for. */
  readonly uploadDeadlineMs: number;
  readonly capacity: Capacity;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly secrets: SecretSource;
  /** Values carried from the launching shell: masked in what spawn shows. */
  readonly carriedValues: readonly string[];
}

/** One runner's hold on one queue: the journal, the fold, and the desks that act for it. */
export class QueueRun {
  readonly inbox = new Inbox<PendingEvent>();
  readonly alarms: Alarms;
  readonly slots: Slots;
  readonly attempts: AttemptDesk;
  readonly uploads: UploadDesk;
  readonly logs: LogDesk;
  readonly #parts: QueueRunParts;
  readonly #jobs: ReadonlyMap<string, JobSpec>;
  readonly #handlers: ReadonlySet<string>;
  readonly #handover: Handover;
  readonly hold: QueueHold;

  constructor(parts: QueueRunParts) {
    this.#parts = parts;
    this.#jobs = new Map(parts.queue.jobs.map((job) => [job.id, job]));
    this.#handlers = new Set(parts.queue.jobs.flatMap((job) => job.onFailure ?? []));
    const { layout, clock } = parts;
    this.slots = new Slots(parts.capacity);
    this.alarms = new Alarms(clock, (event) => this.inbox.put({ event }));
    this.logs = new LogDesk({ layout, wallMs: () => clock.wallMs(), carriedValues: parts.carriedValues });
    this.attempts = new AttemptDesk({
      ...parts,
      logs: this.logs,
      aftermath: (job) => this.#aftermath(job),
      onEnded: (job, attempt, end) => this.#attemptEnded(job, attempt, end),
    });
    this.hold = new QueueHold(parts);
    this.uploads = new UploadDesk({
      store: heldStore(parts.store, this.hold),
      queueId: parts.queueId,
      workingDirectoryOf: (job) => this.attempts.workingDirectoryOf(job),
      attemptFiles: (job, attempt) => layout.attempt(job, attempt),
      mergedLogPath: (job) => layout.mergedLog(job),
      mergedLogStarts: (job) => readLogStarts(layout.mergedLogStarts(job)),
      logs: this.logs,
      onStored: (job, attempt, { files, bytes }) => {
        this.inbox.put({ event: { type: "results-stored", job, attempt, files, bytes } });
      },
      onDelayed: (unstored) => this.inbox.put({ event: delayedEvent(unstored, parts.uploadDeadlineMs) }),
      onWarning: (job, attempt, message) =>
        this.inbox.put({ event: { type: "warning", job, attempt, message } }),
      wait: (ms) => new Promise((resolve) => clock.wakeAt(clock.now() + ms, resolve)),
    });
    this.#handover = new Handover(parts, this.uploads);
  }

  get parts(): QueueRunParts {
    return this.#parts;
  }

  get scheduler(): SchedulerState {
    return this.#parts.fold.scheduler;
  }

  job(id: string): JobSpec {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`the journal names a job that the queue does not have: ${id}`);
    return job;
  }

  /** Appends an event to the journal and applies it; returns what follows from it, due once the journal is synced. */
  record(event: JournalEvent): readonly Effect[] {
    if (event.type === "attempt-ended") this.slots.release(event.job);
    return this.#parts.fold.apply(this.#parts.journal.append(event, this.#parts.clock.wallMs()));
  }

  /** Gives an event its time. */
  stamp(pending: PendingEvent): JournalEvent {
    return { ...pending.event, t: this.#parts.clock.now() };
  }

  /**
   * Settles what the runner before left: adopts attempts that still run, reports those that ended, and stores again what
   * may not have reached the store.
   */
  async settleInherited(): Promise<void> {
    await this.#maskInherited();
    for (const { job, ...ended } of unstoredAttempts(this.#parts.fold)) {
      this.logs.follow(job, ended.attempt);
      this.uploads.attemptEnded(this.job(job), ended);
    }
    for (const { job, attempt, bootId, stopping } of inheritedAttempts(this.#parts.fold)) {
      this.slots.take(job, this.job(job).resources, this.#parts.fold.job(job).last?.gpus);
      await this.attempts.recover(this.job(job), attempt, bootId, stopping);
    }
    this.#sweepCgroups();
    this.storeTheRest();
  }

  /** What the scheduler waits for. Attempts that run by the journal are settled already: starting them is past. */
  inheritedEffects(): readonly Effect[] {
    return pendingEffects(this.scheduler).filter(({ type }) => type !== "start-attempt");
  }

  /**
   * Jobs that ended with nothing said of their results: the runner before was gone, or a stop or a cancel met them
   * between two attempts.
   */
  storeTheRest(): void {
    for (const job of this.#parts.queue.jobs) this.#handover.ofEnded(job);
  }

  /** Jobs that have run and are not over, when the queue stops. */
  storePaused(): void {
    for (const job of this.#parts.queue.jobs) this.#handover.ofPaused(job);
  }

  /** What to say of the jobs of which the store has not all when nothing more is tried. */
  unstoredEvents(): readonly PendingEvent["event"][] {
    return this.uploads.unstored().map((unstored) => unstoredEvent(unstored, this.#parts));
  }

  /** Whether an earlier runner had to leave something unstored. */
  hasUnstored(): boolean {
    const { fold } = this.#parts;
    return fold.created.jobs.some(({ id }) => fold.job(id).unstored !== undefined);
  }

  /**
   * What runs again when a final queue is resumed: what did not complete, what changed since it completed, and
   * `rerun`; all with what is downstream.
   *
   * @throws SpawnError `job-not-found`
   */
  resumedJobs(rerun: readonly string[]): readonly string[] {
    const unknown = rerun.filter((id) => !this.#jobs.has(id));
    if (unknown.length > 0) {
      throw new SpawnError("job-not-found", `no such job in this queue: ${unknown.join(", ")}`, {
        hint: `Its jobs: ${[...this.#jobs.keys()].join(", ")}`,
      });
    }
    return resumableJobs(this.scheduler, [...rerun, ...this.#parts.fold.outdatedJobs()]);
  }

  /**
   * These jobs, and those that completed on another instance and left nothing here that the rest can go on with, in file
   * order.
   */
  jobsAgain(resumed: readonly string[]): readonly string[] {
    const { fold } = this.#parts;
    const again = renewals(fold, new Set([...resumed, ...openJobs(fold)]));
    const chosen = new Set([...resumed, ...again.keys()]);
    return fold.created.jobs.flatMap(({ id }) => (chosen.has(id) ? [id] : []));
  }

  /** Whether a resume has to look at what completed too. */
  hasChanged(): boolean {
    return this.#parts.changed || this.#parts.fold.outdatedJobs().length > 0;
  }

  close(): void {
    if ([...this.attempts.open].length === 0) this.#sweepCgroups();
    this.#parts.journal.close();
    this.#parts.lock.release();
  }

  /** What attempts of the runner before print of their secrets is masked from here on as it was by that runner. */
  async #maskInherited(): Promise<void> {
    const { fold, secrets } = this.#parts;
    for (const { job } of [...inheritedAttempts(fold), ...unstoredAttempts(fold)]) {
      const spec = this.job(job);
      if (Object.keys(spec.secrets).length === 0) continue;
      try {
        this.logs.mask(Object.values(await secrets.fetch(spec.secrets)));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const message = `its log may show secrets, which cannot be told from other text: ${why}`;
        this.inbox.put({ event: { type: "warning", job, message } });
      }
    }
  }

  #sweepCgroups(): void {
    this.#parts.containment.sweep(markerGroup(this.#parts));
  }

  #attemptEnded(job: JobSpec, attempt: number, end: EndOfAttempt): void {
    const { outcome, usage, uncontained } = end;
    showExitCode(this.#parts.layout, job.id, exitCodeOf(outcome));
    this.alarms.attemptEnded(job.id);
    if (uncontained !== undefined) {
      const message = `attempt ${attempt} ran without a cgroup of its own, so nothing limited it: ${uncontained}`;
      this.inbox.put({ event: { type: "warning", job: job.id, attempt, message } });
    }
    if (usage !== undefined) {
      this.inbox.put({ event: { type: "attempt-usage", job: job.id, attempt, ...usage } });
    }
    if (outcome.reason !== "never-started") {
      this.uploads.attemptEnded(job, { attempt, exitCode: exitCodeOf(outcome) });
    }
    const { fold, clock } = this.#parts;
    const now = { at: clock.wallMs(), t: clock.now() };
    const endedAt = endFound(fold.job(job.id).last, end.endedAtMs, now);
    this.inbox.put({
      event: {
        type: "attempt-ended",
        job: job.id,
        attempt,
        outcome,
        random: this.#parts.random.next(),
        ...(endedAt === undefined ? {} : { endedAt }),
      },
      recorded: () => {
        this.#handover.ofEnded(job);
        if (outcome.reason === "interrupted") this.#handover.ofPaused(job);
      },
    });
  }

  #aftermath(job: JobSpec): Readonly<Record<string, string>> {
    if (!job.alwaysRun && !this.#handlers.has(job.id)) return {};
    const failed = failedJobs(this.scheduler);
    const stopped = stopReason(this.scheduler);
    const failing = failed.length > 0 || stopped === "global-timeout";
    const status = stopped === "cancelled" ? "cancelled" : failing ? "failed" : "completed";
    return { SPAWN_QUEUE_STATUS: status, SPAWN_FAILED_JOBS: failed.join(",") };
  }
}
