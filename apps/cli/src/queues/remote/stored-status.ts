import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { type QueueStatus, queueStatusSchema } from "@spawn/status-model";

/** The status that a queue's runner put into the store. */
export interface HeardStatus {
  readonly status: QueueStatus;
  /** When it was stored, in milliseconds since the Unix epoch, by the store's clock. */
  readonly atMs: number;
}

/** A queue's `status.json`, read again only where it has changed. */
export class StoredStatus {
  readonly #store: ResultStore;
  readonly #queueId: string;
  #version: string | undefined;
  #heard: HeardStatus | undefined;

  constructor(store: ResultStore, queueId: string) {
    this.#store = store;
    this.#queueId = queueId;
  }

  /** What the last `read` found. */
  get heard(): HeardStatus | undefined {
    return this.#heard;
  }

  /**
   * One request. `undefined` where there is none yet.
   *
   * @throws SpawnError `permission-denied`, `store-failed`.
   */
  async read(): Promise<HeardStatus | undefined> {
    const look = await this.#store.readIfChanged(queueKeys(this.#queueId).status, this.#version);
    switch (look.kind) {
      case "unchanged":
        return this.#heard;
      case "none":
        this.#version = undefined;
        this.#heard = undefined;
        return undefined;
      case "changed":
        this.#heard = { status: this.#parse(look.bytes), atMs: look.modifiedMs };
        this.#version = look.version;
        return this.#heard;
    }
  }

  #parse(bytes: Uint8Array): QueueStatus {
    const parsed = queueStatusSchema.safeParse(jsonOf(bytes));
    if (parsed.success) return parsed.data;
    throw new SpawnError("store-failed", `the status of ${this.#queueId} in the store cannot be read`, {
      hint: `Look at ${this.#store.locationOf(this.#queueId)}status.json; a newer spawn may have written it.`,
    });
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
