import { existsSync, readFileSync } from "node:fs";
import { logStartOf } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { type JobLive, queueStatus, readJobLive } from "@spawn/status-model";
import { segmentKey } from "./moving/stored-journal.js";
import type { QueueRun } from "./queue-run.js";
import { StateObjects } from "./state-objects.js";

/** Brings the queue's own objects into the store: `queue.json`, `status.json`, the journal. */
export class StorePublisher {
  readonly #run: QueueRun;
  readonly #objects: StateObjects;
  #publishing: Promise<void> | undefined;
  /** How many of the journal's segments are stored to their ends. */
  #segmentsStored = 0;

  constructor(run: QueueRun) {
    this.#run = run;
    this.#objects = new StateObjects({ ...run.parts, hold: run.hold });
  }

  /**
   * The queue file, once.
   *
   * @throws SpawnError `already-running` where another instance goes on with the queue.
   */
  async publishQueue(): Promise<void> {
    const { queueId, layout } = this.#run.parts;
    await this.#objects.put(queueKeys(queueId).queueFile, readFileSync(layout.queueFile));
  }

  /** State as it is now. Does nothing while the last publication is still under way; failures are left to the next. */
  heartbeat(): void {
    this.#publishing ??= this.#publishState("alive")
      .catch((error: unknown) => {
        if (!(error instanceof SpawnError) || error.code !== "already-running") return;
        // What is not up of it is not wanted any more.
        this.#run.uploads.giveUp();
        this.#run.inbox.put({ event: { type: "interrupt-requested", cause: "shutdown" } });
      })
      .finally(() => {
        this.#publishing = undefined;
      });
  }

  /** State as it stays. */
  async publishFinal(): Promise<void> {
    await this.#publishing;
    await this.#publishState("gone");
  }

  async #publishState(runner: "alive" | "gone"): Promise<void> {
    const { queueId, layout, fold, clock } = this.#run.parts;
    const status = queueStatus(fold, {
      wallMs: clock.wallMs(),
      t: clock.now(),
      runner,
      live: this.#live(),
      logFileOf: (job) => layout.mergedLog(job),
    });
    await this.#publishJournal();
    const text = `${JSON.stringify(status, undefined, 2)}\n`;
    await this.#objects.put(queueKeys(queueId).status, Buffer.from(text), { durable: runner === "gone" });
    this.#passOnCaveat();
  }

  #passOnCaveat(): void {
    const { store, fold } = this.#run.parts;
    const message = store.caveat;
    if (message === undefined || fold.warnings.some((warning) => warning.message === message)) return;
    this.#run.inbox.put({ event: { type: "warning", message } });
  }

  /** One object per segment. Only what is on the disk goes up: the next runner may have to write the rest anew. */
  async #publishJournal(): Promise<void> {
    const { queueId, layout, journal } = this.#run.parts;
    const keyOf = (segment: number): string => segmentKey(queueId, segment);
    const release = journal.hold();
    try {
      while (this.#segmentsStored < journal.segment - 1) {
        const segment = this.#segmentsStored + 1;
        const path = layout.journalSegment(segment);
        // Who needs the space may remove a segment that is past.
        if (existsSync(path)) await this.#objects.growJournal(keyOf(segment), path);
        this.#segmentsStored = segment;
      }
      await this.#objects.growJournal(keyOf(journal.segment), layout.journal, { to: journal.syncedBytes });
    } finally {
      release();
    }
  }

  #live(): ReadonlyMap<string, JobLive> {
    const { layout } = this.#run.parts;
    const live = new Map<string, JobLive>();
    for (const { job, attempt, process } of this.#run.attempts.open) {
      const { memoryBytes: _now, ...usage } = process.usage();
      const files = {
        log: layout.mergedLog(job.id),
        from: logStartOf(layout.mergedLogStarts(job.id), attempt),
        progress: layout.progressFile(job.id),
      };
      live.set(job.id, { ...readJobLive(files), ...usage });
    }
    return live;
  }
}
