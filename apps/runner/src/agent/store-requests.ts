import { parseRequest, REQUEST_SUFFIX, type RunnerRequest } from "@spawn/attempt-runner";
import { queueKeys, type ResultStore } from "@spawn/result-store";

/** What somebody asks of this instance through the store. */
export interface StoredRequest {
  readonly id: string;
  /** In words what is wrong with it, where it is no request. */
  readonly request: RunnerRequest | string;
  /** Removes it: to be called once it is journaled. Until then the next agent gets it again. */
  readonly done: () => Promise<void>;
}

/** The objects under `<queue>/requests/`. */
export class StoreRequests {
  readonly #store: ResultStore;
  readonly #folder: string;
  readonly #seen = new Set<string>();

  constructor(store: ResultStore, queueId: string) {
    this.#store = store;
    this.#folder = queueKeys(queueId).requestsFolder;
  }

  /**
   * Those that have come since the last call, in the order of their ids. One listing while there are none.
   *
   * @throws SpawnError `store-failed`, `permission-denied`.
   */
  async take(): Promise<readonly StoredRequest[]> {
    const keys: string[] = [];
    for await (const { key } of this.#store.list(this.#folder)) {
      if (key.endsWith(REQUEST_SUFFIX) && !this.#seen.has(key)) keys.push(key);
    }
    const requests: StoredRequest[] = [];
    for (const key of keys.sort()) {
      const bytes = await this.#store.readBytes(key);
      // Taken back meanwhile.
      if (bytes === undefined) continue;
      this.#seen.add(key);
      requests.push({
        id: key.slice(this.#folder.length, -REQUEST_SUFFIX.length),
        request: parseRequest(Buffer.from(bytes).toString("utf8")),
        done: () => this.#store.remove(key),
      });
    }
    return requests;
  }
}
