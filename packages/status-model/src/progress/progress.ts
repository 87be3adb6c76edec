/** How far a job says it is. */
export interface Progress {
  /** As the job put it: `Epoch 52/100`, `52%`, `45/100`. */
  readonly label: string;
  readonly done: number;
  /** Above 0, and not below `done`. */
  readonly total: number;
}

/** A progress that makes sense: `undefined` for `7/3`, `1/0` and `250%`. */
export function progressOf(label: string, done: number, total: number): Progress | undefined {
  const sound = Number.isFinite(done) && Number.isFinite(total) && done >= 0 && total > 0 && done <= total;
  return sound ? { label, done, total } : undefined;
}

/** Whole percent, rounded down. */
export function percentOf({ done, total }: Pick<Progress, "done" | "total">): number {
  return Math.floor((done * 100) / total);
}

/**
 * Elapsed · (N − k) / k, in milliseconds: what is left if the rest goes as fast as what is done.
 *
 * @returns `undefined` before the first step is done, when nothing can be said
 */
export function timeLeftMs(
  { done, total }: Pick<Progress, "done" | "total">,
  elapsedMs: number,
): number | undefined {
  return done > 0 ? (Math.max(0, elapsedMs) * (total - done)) / done : undefined;
}
