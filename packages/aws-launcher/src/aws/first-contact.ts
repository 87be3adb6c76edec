/** Nobody waits ten seconds to learn that AWS cannot be reached. */
export const FIRST_ANSWER_WITHIN_MS = 7_000;

/** Whether AWS has answered anything yet; shared by the clients of a connection. */
export class FirstContact {
  #firstAskedMs: number | undefined;
  isMade = false;

  /** Milliseconds that are left for a first answer. */
  msLeft(): number {
    this.#firstAskedMs ??= performance.now();
    return FIRST_ANSWER_WITHIN_MS - (performance.now() - this.#firstAskedMs);
  }
}
