import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import { type Clock, errnoOf, explainFileError } from "@spawn/foundation";
import * as z from "zod";
import type { AgentConfig } from "./agent-config.js";

const MINUTE_MS = 60_000;

/**
 * Stopping what runs and storing it takes time, which is kept free before the deadline: of a short life, a tenth; half a
 * minute at least, as far as that is no more than a quarter.
 */
const MARGIN_MS = 2 * MINUTE_MS;
const SHORT_LIFE_MS = 20 * MINUTE_MS;
const LEAST_MARGIN_MS = MINUTE_MS / 2;

/** Nobody means an instance that lives longer than this from now on; a slip of the pen may say so. */
const LONGEST_AHEAD_MS = 30 * 24 * 60 * MINUTE_MS;

const fileSchema = z.object({
  generation: z.int(),
  deadline: z.iso.datetime({ offset: true }),
  since: z.iso.datetime({ offset: true }),
});

export interface InstanceDeadlineOptions {
  /** Where an extended deadline is kept, and since when this instance lives. */
  readonly path: string;
  readonly generation: number;
  /** What the launch says: wall clock, ms since the Unix epoch. */
  readonly configured: number;
  readonly clock: Clock;
}

/** The deadline of this instance. @throws SpawnError `permission-denied`, `no-space`. */
export function openDeadline(
  { generation, deadline }: Pick<AgentConfig, "generation" | "deadline">,
  { state }: Pick<InstanceLayout, "state">,
  clock: Clock,
): InstanceDeadline {
  const path = join(state, "deadline.json");
  return new InstanceDeadline({ path, generation, configured: Date.parse(deadline), clock });
}

/** The moment at which the instance ends. Nothing but an extension moves it: no restart and no reboot. */
export class InstanceDeadline {
  readonly #options: InstanceDeadlineOptions;
  readonly #since: number;
  #at: number;
  /** The same moment on the boot clock: a wall clock that is set back must not prolong a life. */
  #bootAt: number;

  /** @throws SpawnError `permission-denied`, `no-space`. */
  constructor(options: InstanceDeadlineOptions) {
    const { path, generation, configured, clock } = options;
    const kept = readKept(path, generation);
    this.#options = options;
    this.#since = kept?.since ?? clock.wallMs();
    this.#at = Math.max(configured, kept?.at ?? 0);
    this.#bootAt = this.#onBootClock();
    if (kept === undefined) this.#keep();
  }

  /** Wall clock, ms since the Unix epoch. */
  get at(): number {
    return this.#at;
  }

  /** Negative once it has passed. */
  leftMs(): number {
    const { clock } = this.#options;
    return Math.min(this.#at - clock.wallMs(), this.#bootAt - clock.bootMs());
  }

  /** How long before the deadline the queue is stopped. */
  get marginMs(): number {
    const lifeMs = this.#at - this.#since;
    if (lifeMs >= SHORT_LIFE_MS) return MARGIN_MS;
    return Math.max(0, lifeMs / 10, Math.min(LEAST_MARGIN_MS, lifeMs / 4));
  }

  /** @returns in words why the instance cannot live until `to`; `undefined` where it can. */
  refusal(to: number): string | undefined {
    const now = this.#options.clock.wallMs();
    const asked = new Date(to).toISOString();
    if (to <= now) return `the instance cannot live until ${asked}: that has passed`;
    if (to - now > LONGEST_AHEAD_MS)
      return `the instance cannot live until ${asked}: that is more than 30 days away`;
    if (to > this.#at) return undefined;
    return `the instance lives until ${new Date(this.#at).toISOString()} already, which is not before ${asked}`;
  }

  /**
   * Moves the deadline, on the disk first.
   *
   * @param to one without a `refusal`
   * @throws SpawnError `permission-denied`, `no-space`: then it is where it was.
   */
  extend(to: number): void {
    const before = this.#at;
    this.#at = to;
    try {
      this.#keep();
    } catch (error) {
      this.#at = before;
      throw error;
    }
    this.#bootAt = this.#onBootClock();
  }

  #onBootClock(): number {
    const { clock } = this.#options;
    return clock.bootMs() + this.#at - clock.wallMs();
  }

  #keep(): void {
    const { path, generation } = this.#options;
    const text = JSON.stringify({
      generation,
      deadline: new Date(this.#at).toISOString(),
      since: new Date(this.#since).toISOString(),
    });
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, `${text}\n`, { flush: true });
      renameSync(`${path}.new`, path);
    } catch (error) {
      throw explainFileError(error, "cannot keep the instance's deadline", path);
    }
  }
}

interface Kept {
  readonly at: number;
  readonly since: number;
}

/** One of another generation is of another instance, whose disk this one got; one that is damaged says nothing. */
function readKept(path: string, generation: number): Kept | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw explainFileError(error, "cannot read the instance's deadline", path);
  }
  try {
    const kept = fileSchema.parse(JSON.parse(text));
    if (kept.generation !== generation) return undefined;
    return { at: Date.parse(kept.deadline), since: Date.parse(kept.since) };
  } catch {
    return undefined;
  }
}
