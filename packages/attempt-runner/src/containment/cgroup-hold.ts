import type { Clock } from "@spawn/foundation";
import { type Claim, noteOom, readClaim } from "../starting/claim.js";
import { type AttemptCgroup, cgroupOf } from "./attempt-cgroup.js";
import type { CgroupCounters } from "./counters.js";
import { removeWhenEmpty } from "./remove-when-empty.js";

/** What a runner knows of an attempt's cgroup before the attempt says anything. */
export type Enclosure =
  /** Made by this runner; the wrapper enters it, or cannot. */
  | { readonly kind: "made"; readonly cgroup: AttemptCgroup; readonly isAlone: boolean }
  /** There should be one, and it could not be made. */
  | { readonly kind: "failed"; readonly message: string }
  /** Process groups are in force. */
  | { readonly kind: "none" }
  /** The attempt is a former runner's: its claim file tells. */
  | { readonly kind: "inherited" };

/** What is left to say of a cgroup once the attempt in it has ended. */
export interface LetGo {
  readonly counters?: CgroupCounters;
  readonly oomKilled: boolean;
  /** Why the attempt ran outside, if it should have run inside. */
  readonly uncontained?: string;
}

export interface CgroupHoldOptions {
  /** The attempt's claim file, which says whether the wrapper is in its cgroup. */
  readonly claim: string;
  readonly enclosure: Enclosure;
  readonly clock: Clock;
}

/** A runner's hold on the cgroup of one attempt, from before the wrapper enters until nobody is left. */
export class CgroupHold {
  readonly #options: CgroupHoldOptions;
  #entered: AttemptCgroup | undefined;
  #isSettled = false;

  constructor(options: CgroupHoldOptions) {
    this.#options = options;
  }

  /** The cgroup that the wrapper has entered; `undefined` before it has, and when it never will. */
  entered(): AttemptCgroup | undefined {
    const { enclosure, claim } = this.#options;
    if (!this.#isSettled && (enclosure.kind === "made" || enclosure.kind === "inherited")) {
      this.#settle(readClaim(claim));
    }
    return this.#entered;
  }

  /** Reads the last counters and removes the cgroup. `claim` is read after the wrapper's end. */
  letGo(claim: Claim): LetGo {
    const { enclosure, clock } = this.#options;
    this.#settle(claim);
    const cgroup = this.#entered ?? (enclosure.kind === "made" ? enclosure.cgroup : undefined);
    const uncontained = this.#whyOutside(claim);
    const counters = cgroup?.counters();
    const oomKilled = this.#keepOom(claim, counters);
    const withGroup = enclosure.kind === "inherited" || (enclosure.kind === "made" && enclosure.isAlone);
    if (cgroup !== undefined) removeWhenEmpty(cgroup, clock, { withGroup });
    return {
      oomKilled,
      ...(counters === undefined ? {} : { counters }),
      ...(uncontained === undefined ? {} : { uncontained }),
    };
  }

  #settle(claim: Claim): void {
    if (this.#isSettled || (claim.kind !== "claimed" && claim.kind !== "ended")) return;
    this.#isSettled = true;
    if (claim.cgroup.length > 0) this.#entered = cgroupOf(claim.cgroup);
  }

  /** The counters go with the cgroup; the next runner may have to tell the same. */
  #keepOom(claim: Claim, counters: CgroupCounters | undefined): boolean {
    const isClaimed = claim.kind === "claimed" || claim.kind === "ended";
    if (isClaimed && claim.oom) return true;
    if (counters === undefined || counters.oomKills === 0) return false;
    if (isClaimed) noteOom(this.#options.claim);
    return true;
  }

  #whyOutside(claim: Claim): string | undefined {
    const { enclosure } = this.#options;
    if (claim.kind !== "claimed" && claim.kind !== "ended") return undefined;
    if (enclosure.kind === "failed") return enclosure.message;
    return enclosure.kind === "made" && this.#entered === undefined
      ? `it could not enter the cgroup ${enclosure.cgroup.folders[0]}`
      : undefined;
  }
}
