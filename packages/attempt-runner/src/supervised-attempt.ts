import type { Clock } from "@spawn/foundation";
import type {
  AttemptEnd,
  AttemptFiles,
  AttemptUsage,
  BackgroundPolicy,
  CommandProcess,
  RunningAttempt,
  StopCause,
} from "./attempt.js";
import { CgroupHold, type Enclosure } from "./containment/cgroup-hold.js";
import { settle, type WrapperEnd } from "./ending/outcome.js";
import { hasCertainlyLeftNothing } from "./ending/quick-look.js";
import { TreeEnding } from "./ending/tree-ending.js";
import type { AttemptTrace } from "./processes/attempt-processes.js";
import { type AttemptTree, cgroupTree, tracedTree } from "./processes/attempt-tree.js";
import { findCommandProcess } from "./processes/command-process.js";
import type { AttemptSearch } from "./processes/search-attempt.js";
import { UsageRecord } from "./processes/usage-record.js";
import { whenNotScarce } from "./scarcity.js";
import { type Claim, readClaim } from "./starting/claim.js";

const DEFAULT_GRACE_MS = 10_000;

export interface SupervisedAttemptOptions {
  readonly files: AttemptFiles;
  readonly background: BackgroundPolicy;
  readonly graceMs: number | undefined;
  readonly trace: AttemptTrace;
  readonly enclosure: Enclosure;
  readonly clock: Clock;
  /** Boot clock at the wrapper's start; absent where this runner did not start it. */
  readonly startedAt?: number;
}

/** One attempt from its wrapper's start to its last process's end. Whoever watches the wrapper calls `wrapperEnded`. */
export class SupervisedAttempt implements RunningAttempt {
  readonly ended: Promise<AttemptEnd>;
  readonly #options: SupervisedAttemptOptions;
  readonly #graceMs: number;
  readonly #hold: CgroupHold;
  readonly #traced: AttemptTree;
  readonly #used = new UsageRecord();
  #resolve: (end: AttemptEnd) => void = () => {};
  #cause: StopCause | undefined;
  #ending: TreeEnding | undefined;
  #wrapperEnd: WrapperEnd | undefined;
  #leftBehind = 0;
  #end: AttemptEnd | undefined;

  constructor(options: SupervisedAttemptOptions) {
    const { trace, files, enclosure, clock } = options;
    this.#options = options;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#hold = new CgroupHold({ claim: files.claim, enclosure, clock });
    this.#traced = tracedTree(trace, () => this.#wrapperEnd === undefined);
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Set once `ended` is resolved, and readable without waiting for it. */
  get end(): AttemptEnd | undefined {
    return this.#end;
  }

  stop(cause: StopCause, { graceMs = this.#graceMs }: { readonly graceMs?: number } = {}): void {
    if (this.#wrapperEnd === undefined) this.#cause ??= cause;
    this.#endTree(graceMs);
  }

  kill(): void {
    this.#endTree(0);
  }

  commandPid(): CommandProcess | undefined {
    const { wrapper } = this.#options.trace;
    if (wrapper === undefined || this.#wrapperEnd !== undefined) return undefined;
    return findCommandProcess(wrapper.pid);
  }

  usage(): AttemptUsage {
    if (this.#end !== undefined) return {};
    return this.#used.note(this.#tree().usage());
  }

  /** The wrapper's end was seen. What it left is ended, or kept, before the attempt has ended. */
  wrapperEnded(wrapperEnd: WrapperEnd): void {
    if (this.#wrapperEnd !== undefined) return;
    this.#wrapperEnd = wrapperEnd;
    whenNotScarce(this.#options.clock, () => this.#endWhatIsLeft());
  }

  #endWhatIsLeft(): void {
    if (this.#ending !== undefined) {
      this.#ending.look();
      return;
    }
    const { found, certain } = this.#searchLeftBehind();
    this.#leftBehind = found.length;
    if ((found.length === 0 && certain) || this.#mayStay()) this.#finish();
    else this.#endTree(this.#graceMs);
  }

  #searchLeftBehind(): AttemptSearch {
    const { trace, startedAt, clock } = this.#options;
    if (trace.wrapper !== undefined && startedAt !== undefined && this.#hold.entered() === undefined) {
      const elapsedMs = clock.bootMs() - startedAt;
      if (hasCertainlyLeftNothing({ pid: trace.wrapper.pid, marker: trace.marker, elapsedMs })) {
        return { found: [], certain: true };
      }
    }
    return this.#tree().search();
  }

  /** Nobody but the wrapper is in the cgroup before the claim says that it has entered. */
  #tree(): AttemptTree {
    const cgroup = this.#hold.entered();
    return cgroup === undefined ? this.#traced : cgroupTree(cgroup, this.#options.trace.wrapper?.pid);
  }

  /** A command whose wrapper was killed may itself still run; it never stays, since its end could not be recorded. */
  #mayStay(): boolean {
    return this.#options.background === "keep" && this.#claim().kind === "ended";
  }

  #endTree(graceMs: number): void {
    if (this.#end !== undefined) return;
    if (this.#ending !== undefined) {
      this.#ending.shortenGrace(graceMs);
      return;
    }
    const { trace, files, clock } = this.#options;
    this.#ending = new TreeEnding({
      wrapper: trace.wrapper,
      tree: () => this.#tree(),
      claim: files.claim,
      wrapperRuns: () => this.#wrapperEnd === undefined,
      graceMs,
      clock,
      onGone: () => this.#finish(),
    });
    this.#ending.look();
  }

  #finish(): void {
    const claim = this.#claim();
    const { oomKilled, counters, uncontained } = this.#hold.letGo(claim);
    if (counters !== undefined) this.#used.note(counters);
    const usage = this.#used.total();
    const cause = this.#cause;
    this.#end = {
      ...settle(claim, this.#wrapperEnd ?? { kind: "unknown" }, { cause, oomKilled }),
      leftBehind: this.#leftBehind,
      ...(usage === undefined ? {} : { usage }),
      ...(uncontained === undefined ? {} : { uncontained }),
    };
    this.#resolve(this.#end);
  }

  #claim(): Claim {
    return readClaim(this.#options.files.claim);
  }
}
