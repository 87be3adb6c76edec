import { queueKeys } from "@spawn/result-store";
import { type JobLive, queueStatus, readJobLive } from "@spawn/status-model";
import type { QueueRun } from "./queue-run.js";

/** The journal is one object so far. */
const JOURNAL_NAME = "000001.jsonl";

/** Brings the queue's own objects into the store: `queue.json`, `status.json`, the journal. */
export class StorePublisher {
  readonly #run: QueueRun;
  #publishing: Promise<void> | undefined;

  constructor(run: QueueRun) {
    this.#run = run;
  }

  /** The queue file, once. */
  async publishQueue(): Promise<void> {
    const { store, queueId, layout } = this.#run.parts;
    await store.putFile(queueKeys(queueId).queueFile, layout.queueFile);
  }

  /** State as it is now. Does nothing while the last publication is still under way; failures are left to the next. */
  heartbeat(): void {
    this.#publishing ??= this.#publishState("alive")
      .catch(() => undefined)
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
    const { store, queueId, layout, fold, clock } = this.#run.parts;
    const status = queueStatus(fold, {
      wallMs: clock.wallMs(),
      t: clock.now(),
      runner,
      live: this.#live(),
      logFileOf: (job) => layout.mergedLog(job),
    });
    const keys = queueKeys(queueId);
    await store.growFile(keys.journal(JOURNAL_NAME), layout.journal);
    const text = `${JSON.stringify(status, undefined, 2)}\n`;
    await store.putBytes(keys.status, Buffer.from(text), { durable: runner === "gone" });
  }

  #live(): ReadonlyMap<string, JobLive> {
    const { layout } = this.#run.parts;
    const live = new Map<string, JobLive>();
    for (const { job } of this.#run.attempts.open) {
      live.set(job.id, readJobLive({ log: layout.mergedLog(job.id), progress: layout.progressFile(job.id) }));
    }
    return live;
  }
}
