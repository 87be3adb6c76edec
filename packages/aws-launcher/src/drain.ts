import { type Clock, SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { sleep } from "./aws/patience.js";

/** An agent says something every ten seconds, while it lives and the store takes it. */
export const SILENT_MS = 90_000;
/** It waits ten minutes for a store that fails, counted from the end of what ran, and then ends the machine all the same. */
export const LONGEST_MS = 12 * 60_000;
const POLL_MS = 2_000;

/** How things stand while an instance stores what it has. */
export interface DrainLook {
  readonly waitedMs: number;
  /** What its agent said last, the text of `status.json`; `undefined` while it has not said anything. */
  readonly heard: string | undefined;
}

export interface DrainOptions {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly clock: Clock;
  readonly silentMs: number;
  readonly longestMs: number;
  /** Whether the machine still runs. */
  readonly isRunning: () => Promise<boolean>;
  readonly onLook: ((look: DrainLook) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Waits until a machine has ended by itself, for as long as its agent is heard and no longer than that may take.
 *
 * @returns whether it has.
 */
export async function drain(options: DrainOptions): Promise<boolean> {
  const { clock, silentMs, longestMs, isRunning, onLook, signal } = options;
  const ear = new Ear(options.store, queueKeys(options.queueId).status);
  const since = clock.bootMs();
  let heardAt = since;
  for (;;) {
    signal?.throwIfAborted();
    if (!(await isRunning())) return true;
    if (await ear.listen()) heardAt = clock.bootMs();
    const now = clock.bootMs();
    onLook?.({ waitedMs: now - since, heard: ear.heard });
    const end = Math.min(heardAt + silentMs, since + longestMs);
    if (now >= end) return false;
    await sleep(clock, Math.min(POLL_MS, end - now));
  }
}

/** Hears what an agent says of its queue. */
class Ear {
  readonly #store: ResultStore;
  readonly #key: string;
  #version: string | undefined;
  #heard: string | undefined;

  constructor(store: ResultStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  get heard(): string | undefined {
    return this.#heard;
  }

  /** @returns whether there is something new. A store that fails says nothing. */
  async listen(): Promise<boolean> {
    try {
      const look = await this.#store.readIfChanged(this.#key, this.#version);
      if (look.kind !== "changed") return false;
      this.#version = look.version;
      this.#heard = Buffer.from(look.bytes).toString("utf8");
      return true;
    } catch (error) {
      if (error instanceof SpawnError) return false;
      throw error;
    }
  }
}
