import { constants } from "node:os";
import type { Clock } from "@spawn/foundation";
import type { AttemptWrapper } from "../processes/attempt-processes.js";
import type { AttemptTree } from "../processes/attempt-tree.js";
import { readProcFile } from "../processes/proc-file.js";
import type { ProcessStat } from "../processes/process-stat.js";
import { sendSignal } from "../processes/send-signal.js";
import { whenNotScarce } from "../scarcity.js";
import { isWrapperOf } from "../starting/wrapper.js";

const { SIGTERM, SIGCONT, SIGKILL } = constants.signals;

const FIRST_LOOK_AFTER_MS = 5;
const LONGEST_LOOK_INTERVAL_MS = 250;
/** Looking takes at most one part in this many of the time. */
const LOOK_COST_SHARE = 10;
/** How long after KILL the wrapper may still write its line, and single kills are tried before all at once. */
const LAST_WORDS_MS = 1_000;
/** A process that KILL does not end within this time hangs in the kernel; nobody can wait for it. */
const GIVE_UP_MS = 10_000;

export interface TreeEndingOptions {
  readonly wrapper: AttemptWrapper | undefined;
  /** What the attempt's processes are found by now. */
  readonly tree: () => AttemptTree;
  readonly claim: string;
  /** Whether the wrapper's end has not been seen yet. */
  readonly wrapperRuns: () => boolean;
  readonly graceMs: number;
  readonly clock: Clock;
  /** Called once, when nothing is left, or nothing that can be ended. */
  readonly onGone: () => void;
}

/**
 * Ends all that an attempt started: TERM (with CONT, for what is stopped) to each process once, KILL when the grace
 * is over, looking again until none is left. The wrapper goes last, by itself, so that it can record the exit code.
 */
export class TreeEnding {
  readonly #options: TreeEndingOptions;
  readonly #signalled = new Set<string>();
  readonly #untouchable = new Set<string>();
  #killAt: number;
  #interval = FIRST_LOOK_AFTER_MS;
  #disarm: () => void = () => {};
  #gone = false;

  /** Nothing is signalled before `look`. */
  constructor(options: TreeEndingOptions) {
    this.#options = options;
    this.#killAt = options.clock.bootMs() + options.graceMs;
  }

  /** KILL at the latest `graceMs` from now. */
  shortenGrace(graceMs: number): void {
    this.#killAt = Math.min(this.#killAt, this.#options.clock.bootMs() + graceMs);
    this.look();
  }

  /** Looks for what is left, signals it, and comes back by itself while there is any. */
  look(): void {
    whenNotScarce(this.#options.clock, () => this.#look());
  }

  #look(): void {
    if (this.#gone) return;
    this.#disarm();
    const { clock, wrapperRuns } = this.#options;
    const before = clock.bootMs();
    const overdue = before - this.#killAt;
    const { left, certain } = this.#search();
    if ((left.length === 0 && certain && !wrapperRuns()) || overdue >= GIVE_UP_MS) {
      this.#gone = true;
      this.#options.onGone();
      return;
    }
    if (overdue < 0) this.#terminate(left);
    else this.#kill(left, overdue);
    const after = clock.bootMs();
    const pause = Math.max(this.#interval, (after - before) * LOOK_COST_SHARE);
    this.#interval = Math.min(this.#interval * 1.5, LONGEST_LOOK_INTERVAL_MS);
    const next = overdue < 0 ? Math.min(after + pause, this.#killAt) : after + pause;
    this.#disarm = clock.wakeAt(next, () => this.look());
  }

  #search(): { left: readonly ProcessStat[]; certain: boolean } {
    const { found, certain } = this.#options.tree().search();
    return { left: found.filter((process) => !this.#untouchable.has(keyOf(process))), certain };
  }

  #terminate(left: readonly ProcessStat[]): void {
    const { wrapper, claim, wrapperRuns } = this.#options;
    for (const process of left) {
      if (this.#signalled.has(keyOf(process))) continue;
      this.#send(process, SIGTERM);
      this.#send(process, SIGCONT);
      // Before it becomes the command, the wrapper's fork has its traps for a moment, and TERM is lost in them.
      const isFork =
        process.parent === wrapper?.pid &&
        isWrapperOf(claim, readProcFile(`/proc/${process.pid}/cmdline`) ?? "");
      if (!isFork) this.#signalled.add(keyOf(process));
    }
    if (wrapper !== undefined && wrapperRuns()) sendSignal(wrapper.pid, SIGCONT);
  }

  #kill(left: readonly ProcessStat[], overdueMs: number): void {
    const { wrapper, wrapperRuns, tree } = this.#options;
    for (const process of left) this.#send(process, SIGKILL);
    if (overdueMs < LAST_WORDS_MS) return;
    tree().killAll(left);
    if (wrapper !== undefined && wrapperRuns()) sendSignal(wrapper.pid, SIGKILL);
  }

  #send(process: ProcessStat, signal: number): void {
    if (sendSignal(process.pid, signal) === "not-permitted") this.#untouchable.add(keyOf(process));
  }
}

function keyOf({ pid, startTicks }: ProcessStat): string {
  return `${pid}:${startTicks}`;
}
