/** How long a retry waits. */
export interface RetryDelay {
  /** Before the first retry, in ms; it doubles with each further one. */
  readonly baseMs: number;
  readonly maxMs: number;
}

export const DEFAULT_RETRY_DELAY: RetryDelay = { baseMs: 60_000, maxMs: 3_600_000 };

/** @param retryCount retries used before this one. @returns milliseconds. */
export function retryDelayMs({ baseMs, maxMs }: RetryDelay, retryCount: number): number {
  return Math.min(maxMs, baseMs * 2 ** retryCount);
}
