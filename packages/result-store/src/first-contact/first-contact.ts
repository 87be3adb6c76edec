/** Nobody waits ten seconds to learn that AWS cannot be reached. */
const FIRST_ANSWER_WITHIN_MS = 8_000;
/** A call that comes so long after the time was up is no retry of what failed then. */
const ANEW_AFTER_MS = 2_000;

/** Whether AWS has answered anything yet; shared by the clients of a connection. */
export class FirstContact {
  readonly #withinMs: number;
  #firstAskedMs: number | undefined;
  isMade = false;

  /** @param withinMs milliseconds */
  constructor(withinMs = FIRST_ANSWER_WITHIN_MS) {
    this.#withinMs = withinMs;
  }

  /** Milliseconds that are left for a first answer; none where the time is up. */
  msLeft(nowMs: number = performance.now()): number {
    if (this.#firstAskedMs === undefined || nowMs - this.#firstAskedMs > this.#withinMs + ANEW_AFTER_MS)
      this.#firstAskedMs = nowMs;
    return Math.max(0, Math.ceil(this.#withinMs - (nowMs - this.#firstAskedMs)));
  }
}
