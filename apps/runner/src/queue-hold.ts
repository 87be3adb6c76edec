import type { Clock } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import { refuseTaken } from "./moving/claim-takeover.js";

/** A heartbeat confirms it every ten seconds. */
const SURE_FOR_MS = 15_000;

export interface HoldParts {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly instanceId: string;
  readonly clock: Pick<Clock, "bootMs" | "wallMs">;
}

interface Moment {
  readonly bootMs: number;
  readonly wallMs: number;
}

/** Whether this runner still has its queue, as far as it knows; it may have been stopped or cut off while another took it. */
export class QueueHold {
  readonly #parts: HoldParts;
  #sureSince: Moment | undefined;
  #asking: Promise<void> | undefined;

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  now(): Moment {
    const { clock } = this.#parts;
    return { bootMs: clock.bootMs(), wallMs: clock.wallMs() };
  }

  /** @param since before that was asked or done which could not be if another had the queue */
  confirm(since: Moment): void {
    this.#sureSince = since;
  }

  /** Looks whose the queue is. @throws SpawnError `already-running` where it is another's; `store-failed`. */
  async ask(): Promise<void> {
    const { store, queueId, instanceId } = this.#parts;
    const since = this.now();
    this.#sureSince = undefined;
    await refuseTaken(store, queueId, instanceId);
    this.confirm(since);
  }

  /** Looks where that was long ago: a runner that was stopped knows it by the clocks. @throws as `ask`. */
  async ensure(): Promise<void> {
    const sure = this.#sureSince;
    const { bootMs, wallMs } = this.now();
    const isSure =
      sure !== undefined &&
      bootMs - sure.bootMs < SURE_FOR_MS &&
      Math.abs(wallMs - sure.wallMs) < SURE_FOR_MS;
    if (isSure) return;
    this.#asking ??= this.ask().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }
}
