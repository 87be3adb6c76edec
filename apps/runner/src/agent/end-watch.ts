import { type Clock, formatDuration } from "@spawn/foundation";
import type { Logger } from "pino";
import type { Completion } from "../completion-file.js";
import { dueEnd, type EndCause, isStronger } from "./due-end.js";
import { IdleMeter } from "./idle-meter.js";
import type { InstanceDeadline } from "./instance-deadline.js";
import type { MachineLoad } from "./machine-load.js";
import type { SpotNotice } from "./spot-notice.js";

const LOOK_EVERY_MS = 1_000;
const SPOT_EVERY_MS = 5_000;
const LOAD_EVERY_MS = 30_000;
const WARN_BEFORE_MS = 5 * 60_000;

/** What the watch looks at. */
export interface EndSources {
  readonly deadline: InstanceDeadline;
  /** `undefined` where the instance cannot be taken back. */
  readonly spotNotice: (() => Promise<SpotNotice | undefined>) | undefined;
  /** What the completion file says; `undefined` while there is none. */
  readonly completion: () => Completion | undefined;
  readonly completionDelayMs: number;
  /** `undefined` where the instance may be idle. */
  readonly idleTimeoutMs: number | undefined;
  readonly load: () => Promise<MachineLoad>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the watch has to say. */
export interface EndListener {
  /** The queue has to stop, and the instance to end; said again with each stronger cause. */
  readonly onDue: (cause: EndCause) => void;
  /** The deadline is here: whatever is not done is not done. */
  readonly onDeadline: () => void;
  readonly onWarning: (message: string) => void;
}

/** Watches over an instance's life from the agent's first moment to its last. */
export class EndWatch {
  readonly #sources: EndSources;
  readonly #listener: EndListener;
  readonly #idle = new IdleMeter();
  #queueRuns = false;
  #due: EndCause | undefined;
  #notice: SpotNotice | undefined;
  #completion: { readonly said: Completion; readonly at: number } | undefined;
  #isOver = false;
  readonly #warned = new Set<string>();

  constructor(sources: EndSources, listener: EndListener) {
    this.#sources = sources;
    this.#listener = listener;
  }

  /** Looks at once, and again and again until the signal. */
  start(signal: AbortSignal): void {
    this.#every(
      () => this.#nextLookMs(),
      signal,
      () => this.#look(),
    );
    const { spotNotice, idleTimeoutMs } = this.#sources;
    if (spotNotice !== undefined)
      this.#every(
        () => SPOT_EVERY_MS,
        signal,
        () => this.#askForNotice(spotNotice),
      );
    if (idleTimeoutMs !== undefined)
      this.#every(
        () => LOAD_EVERY_MS,
        signal,
        () => this.#measure(),
      );
  }

  /** The strongest cause so far. */
  get due(): EndCause | undefined {
    return this.#due;
  }

  get spotNotice(): SpotNotice | undefined {
    return this.#notice;
  }

  get completion(): Completion | undefined {
    return this.#completion?.said;
  }

  /** An instance whose queue runs is not idle, whatever its CPUs do. */
  setQueueRuns(runs: boolean): void {
    this.#queueRuns = runs;
    this.#idle.reset();
  }

  /** The deadline is another one: what was said of the old one no longer holds. */
  deadlineMoved(): void {
    this.#warned.delete("ttl");
    this.#isOver = false;
    if (this.#due === "ttl") this.#due = undefined;
  }

  /** The queue goes on, whatever was said of it before. The file that said so is to be gone by then. */
  forgetCompletion(): void {
    this.#completion = undefined;
    if (this.#due === "completion") this.#due = undefined;
  }

  /** On time for the moments that matter, and often enough for those that nobody knows before. */
  #nextLookMs(): number {
    const { deadline } = this.#sources;
    const leftMs = deadline.leftMs();
    return Math.min(LOOK_EVERY_MS, ...[leftMs - deadline.marginMs, leftMs].filter((ms) => ms > 0));
  }

  #every(waitMs: () => number, signal: AbortSignal, act: () => void): void {
    const { clock } = this.#sources;
    let disarm = (): void => undefined;
    const round = (): void => {
      if (signal.aborted) return;
      disarm = clock.wakeAt(clock.bootMs() + waitMs(), round);
      act();
    };
    signal.addEventListener("abort", () => disarm(), { once: true });
    round();
  }

  #look(): void {
    const { deadline, clock, completionDelayMs } = this.#sources;
    this.#lookForCompletion();
    const leftMs = deadline.leftMs();
    const idleLeftMs = this.#idleLeftMs();
    if (leftMs <= WARN_BEFORE_MS) this.#warnOfDeadline(leftMs);
    if (idleLeftMs !== undefined) this.#warnOfIdleness(idleLeftMs);
    const done = this.#completion;
    const cause = dueEnd({
      spotNotice: this.#notice !== undefined,
      ...(done === undefined ? {} : { completionLeftMs: done.at + completionDelayMs - clock.bootMs() }),
      drainLeftMs: leftMs - deadline.marginMs,
      ...(idleLeftMs === undefined ? {} : { idleLeftMs }),
    });
    if (cause !== undefined && isStronger(cause, this.#due)) {
      this.#due = cause;
      this.#listener.onDue(cause);
    }
    if (leftMs <= 0 && !this.#isOver) {
      this.#isOver = true;
      this.#listener.onDeadline();
    }
  }

  /** Read anew each time: who writes the file may not have been done the first time. */
  #lookForCompletion(): void {
    const said = this.#sources.completion();
    if (said === undefined) return;
    if (this.#completion === undefined) this.#sources.log.info({ completion: said }, "the work is complete");
    this.#completion = { said, at: this.#completion?.at ?? this.#sources.clock.bootMs() };
  }

  #idleLeftMs(): number | undefined {
    const { idleTimeoutMs, clock } = this.#sources;
    if (idleTimeoutMs === undefined || this.#queueRuns) return undefined;
    return idleTimeoutMs - this.#idle.idleForMs(clock.bootMs());
  }

  #warnOfDeadline(leftMs: number): void {
    const { deadline } = this.#sources;
    const at = new Date(deadline.at).toISOString();
    const stop = Math.max(0, leftMs - deadline.marginMs);
    this.#warn(
      "ttl",
      `the instance ends at ${at}; what runs is stopped in ${shown(stop)}. \`spawn extend\` puts it off.`,
    );
  }

  #warnOfIdleness(leftMs: number): void {
    const { idleTimeoutMs = 0 } = this.#sources;
    // One that is short is warned of as soon as half of it has passed.
    if (leftMs > Math.min(WARN_BEFORE_MS, idleTimeoutMs / 2)) this.#warned.delete("idle");
    else this.#warn("idle", `the instance is idle and ends in ${shown(Math.max(0, leftMs))}`);
  }

  #warn(of: string, message: string): void {
    if (this.#warned.has(of)) return;
    this.#warned.add(of);
    this.#listener.onWarning(message);
  }

  #askForNotice(ask: () => Promise<SpotNotice | undefined>): void {
    const { log } = this.#sources;
    ask().then(
      (notice) => {
        if (notice === undefined || this.#notice !== undefined) return;
        this.#notice = notice;
        log.warn({ notice }, "spot notice");
        this.#look();
      },
      (error: unknown) => log.warn({ error: String(error) }, "no answer about a spot notice"),
    );
  }

  #measure(): void {
    const { load, clock, log } = this.#sources;
    if (this.#queueRuns) return;
    const at = clock.bootMs();
    load().then(
      (sample) => this.#idle.add({ ...sample, at }),
      (error: unknown) => log.warn({ error: String(error) }, "the machine's load cannot be read"),
    );
  }
}

function shown(ms: number): string {
  return formatDuration(Math.round(ms / 1000) * 1000);
}
