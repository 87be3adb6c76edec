import { closeSync, openSync, readSync, statSync } from "node:fs";
import { SpawnError } from "@spawn/foundation";
import type { GrowOptions, PutOptions, ResultStore } from "@spawn/result-store";
import type { QueueHold } from "./queue-hold.js";

/** So much of a journal's beginning tells it from any other. */
const COMPARED_BYTES = 64 * 1024;
/** How often something that is no instance's may be written between look and write. */
const LOOKS = 5;

export interface StateOwner {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly hold: QueueHold;
}

/**
 * Writes a queue's own objects (its file, its status, its journal) into the store, each in place of what this runner knows to be
 * there. So what another instance has written since it took the queue is never written over, however long this runner was stopped or
 * cut off between two instructions; being refused, it looks who has the queue.
 */
export class StateObjects {
  readonly #owner: StateOwner;
  /** Of the objects that are known, by key; `undefined`: none is there. */
  readonly #known = new Map<string, string | undefined>();
  /** How much is stored of what grows, by key. */
  readonly #stored = new Map<string, number>();

  constructor(owner: StateOwner) {
    this.#owner = owner;
  }

  /** @throws SpawnError `already-running` where another instance has the queue; `store-failed`. */
  async put(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<void> {
    const { store } = this.#owner;
    await this.#write(key, (known) => store.putIfUnchanged(key, bytes, known, options));
  }

  /**
   * A segment of the journal. Asks nothing of the store where that much is known to be there.
   *
   * @throws SpawnError as `put`; `already-running` also where what is there is no beginning of the file.
   */
  async growJournal(key: string, path: string, options: GrowOptions = {}): Promise<void> {
    const { store } = this.#owner;
    const to = options.to ?? statSync(path).size;
    if (this.#known.has(key) && this.#stored.get(key) === to) return;
    const write = (known: string | undefined): Promise<string | undefined> =>
      store.growIfUnchanged(key, path, known, { ...options, to });
    await this.#write(key, write, () => this.#refuseForeign(key, path));
    this.#stored.set(key, to);
  }

  async #write(
    key: string,
    write: (known: string | undefined) => Promise<string | undefined>,
    check: () => Promise<void> = async () => {},
  ): Promise<void> {
    for (let looks = 0; looks < LOOKS; looks += 1) {
      if (!this.#known.has(key)) await this.#look(key, check);
      const known = this.#known.get(key);
      // What becomes of a write that fails is not known.
      this.#known.delete(key);
      const since = this.#owner.hold.now();
      const version = await write(known);
      if (version === undefined) continue;
      this.#known.set(key, version);
      this.#owner.hold.confirm(since);
      return;
    }
    const { store, queueId } = this.#owner;
    throw new SpawnError("store-failed", `${key} is written over by somebody else again and again`, {
      hint: `Who writes to ${store.locationOf(queueId)}, other than spawn?`,
    });
  }

  /**
   * What is there, and then whose the queue is, in this order: who takes the queue says so before it writes. What was there before
   * that is refused to whoever knows no more than that.
   */
  async #look(key: string, check: () => Promise<void>): Promise<void> {
    const { store, hold } = this.#owner;
    const version = await store.versionOf(key);
    await hold.ask();
    if (version !== undefined) await check();
    this.#known.set(key, version);
  }

  /** Two instances may have begun a queue of which the store had no journal: nobody had to take it from anybody. */
  async #refuseForeign(key: string, path: string): Promise<void> {
    const { store, queueId } = this.#owner;
    const there = wholeLines(await store.readBytes(key, { to: COMPARED_BYTES }));
    if (there.equals(beginningOf(path, there.length))) return;
    throw new SpawnError("already-running", `the store has the journal of another runner of ${queueId}`, {
      hint: "Watch it with `spawn queue status`.",
    });
  }
}

/** Without a last line that has no end: who takes a queue leaves one. */
function wholeLines(bytes: Uint8Array = new Uint8Array()): Buffer {
  const buffer = Buffer.from(bytes);
  return buffer.subarray(0, buffer.lastIndexOf("\n") + 1);
}

function beginningOf(path: string, length: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
  } finally {
    closeSync(file);
  }
}
