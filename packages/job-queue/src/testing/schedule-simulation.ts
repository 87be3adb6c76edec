import { type Clock, FakeClock, type Random, seededRandom } from "@spawn/foundation";
import type { MissedSlots } from "../schedule.js";
import type { ScheduleStore } from "../schedule-store.js";
import { TrainingScheduler } from "../scheduling/training-scheduler.js";
import { expectedSlots } from "./slot-oracle.js";
import { WatchedClock } from "./watched-clock.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** For how much of the time a scheduler is up, on average. */
const UP_PART = 1 / 2;

interface Span {
  readonly from: number;
  readonly until: number;
}

/** A job that a slot has to have, and when it has to be made. */
export interface ExpectedJob {
  readonly slot: number;
  readonly madeAt: number;
}

export interface SimulatedSchedule {
  readonly expression: string;
  readonly timezone: string;
  readonly missedSlots: MissedSlots;
}

/** A scheduler that is up for some spans of time and away between them. */
class SometimesUp {
  readonly spans: readonly Span[];
  readonly #clock: WatchedClock;
  readonly #scheduler: TrainingScheduler;
  #stop: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(clock: Clock, store: ScheduleStore, spans: readonly Span[]) {
    this.#clock = new WatchedClock(clock);
    this.#scheduler = new TrainingScheduler({ store, clock: this.#clock });
    this.spans = spans;
  }

  /** When it comes or goes next. */
  nextChange(now: number): number {
    return Math.min(...this.spans.flatMap(({ from, until }) => [from, until]).filter((at) => at > now));
  }

  /** Lets it come or go, if it is time for that, and do all that is to be done now. */
  async settle(now: number): Promise<void> {
    const isUp = this.spans.some(({ from, until }) => from <= now && now < until);
    if (!isUp) {
      this.#stop?.abort();
      await this.#ended;
      this.#stop = undefined;
      return;
    }
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      this.#ended = this.#scheduler
        .run({ signal: this.#stop.signal, checkEveryMs: DAY })
        .catch((error: unknown) => {
          this.#failure = error;
        });
    }
    while (!this.#clock.isWaiting) {
      await new Promise(setImmediate);
      if (this.#failure !== undefined) throw this.#failure;
    }
  }
}

/** Some schedulers on one store, each up and away by chance, and a time that passes from one event to the next. */
export class ScheduleSimulation {
  readonly clock: FakeClock;
  readonly #from: number;
  readonly #until: number;
  readonly #turnMs: number;
  readonly #random: Random;
  readonly #schedulers: SometimesUp[] = [];

  /**
   * @param from a whole minute.
   * @param turnMs how long it takes, on average, until a scheduler that comes has gone and comes again.
   */
  constructor({ from, until, turnMs, seed }: Span & { readonly turnMs: number; readonly seed: number }) {
    this.clock = new FakeClock({ wallMs: from });
    this.#from = from;
    this.#until = offTheMinute(until);
    this.#turnMs = turnMs;
    this.#random = seededRandom(seed);
  }

  addScheduler(store: ScheduleStore): void {
    this.#schedulers.push(new SometimesUp(this.clock, store, this.#spans()));
  }

  async run(): Promise<void> {
    for (;;) {
      const now = this.clock.wallMs();
      await Promise.all(this.#schedulers.map((scheduler) => scheduler.settle(now)));
      if (now >= this.#until) return;
      const nextTimer = this.clock.nextTimer() ?? Number.POSITIVE_INFINITY;
      const changes = this.#schedulers.map((scheduler) => scheduler.nextChange(now));
      this.clock.advance(Math.min(nextTimer - this.clock.bootMs(), Math.min(this.#until, ...changes) - now));
    }
  }

  /** The jobs that a schedule made at the beginning must have had in the end, by the policies' definitions. */
  expectedJobs({ expression, timezone, missedSlots }: SimulatedSchedule): readonly ExpectedJob[] {
    const ups = this.#upSpans();
    const all = expectedSlots(expression, timezone, this.#from + MINUTE, this.#until).flatMap((slot) => {
      const up = ups.find(({ until }) => until > slot);
      return up === undefined ? [] : [{ slot, madeAt: Math.max(slot, up.from) }];
    });
    if (missedSlots === "run-all") return all;
    return all.filter(({ slot, madeAt }, place) => slot === madeAt || all[place + 1]?.madeAt !== madeAt);
  }

  /** For how much of the time nobody was up. */
  awayPart(): number {
    const up = this.#upSpans().reduce((sum, { from, until }) => sum + until - from, 0);
    return 1 - up / (this.#until - this.#from);
  }

  /** The spans for which somebody was up, in their order. */
  #upSpans(): readonly Span[] {
    const merged: Span[] = [];
    const all = this.#schedulers.flatMap(({ spans }) => spans).sort((one, other) => one.from - other.from);
    for (const span of all) {
      const last = merged.at(-1);
      if (last === undefined || last.until < span.from) merged.push(span);
      else merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, span.until) };
    }
    return merged;
  }

  #spans(): readonly Span[] {
    const spans: Span[] = [];
    const some = (mean: number): number => -Math.log(1 - this.#random.next()) * mean;
    for (let at = this.#from; at < this.#until; ) {
      const from = offTheMinute(at);
      const until = Math.min(this.#until, offTheMinute(from + MINUTE + some(UP_PART * this.#turnMs)));
      spans.push({ from, until });
      at = until + MINUTE + some((1 - UP_PART) * this.#turnMs);
    }
    return spans;
  }
}

/** No slot falls on a moment at which somebody comes or goes. */
function offTheMinute(at: number): number {
  return Math.floor(at / MINUTE) * MINUTE + MINUTE / 2;
}
