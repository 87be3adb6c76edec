import { jobKeys, type ResultStore } from "@spawn/result-store";

const RANGE_BYTES = 1024 * 1024;

/** A job's merged log in the store, which may still grow or not be there yet, read from where the last reading ended. */
export class StoredLog {
  readonly #store: ResultStore;
  readonly #key: string;
  #offset = 0;

  constructor(store: ResultStore, queueId: string, job: string) {
    this.#store = store;
    this.#key = jobKeys(queueId, job).merged;
  }

  /** What has come since the last call, in chunks: one request where nothing has. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const from = this.#offset;
      const chunk = await this.#store.readBytes(this.#key, { from, to: from + RANGE_BYTES });
      if (chunk === undefined || chunk.length === 0) return;
      this.#offset += chunk.length;
      yield chunk;
      if (chunk.length < RANGE_BYTES) return;
    }
  }
}
