import type { DagJob } from "../input.js";

/**
 * By which rule a job runs.
 * - `normal`: when all its dependencies are completed.
 * - `handler`: once, when a job that names it in `onFailure` has failed and its own dependencies are settled.
 * - `always-run`: when what it waits for is settled, whatever happened. Wins over `handler`.
 */
export type JobKind = "normal" | "handler" | "always-run";

export function jobKinds(jobs: readonly DagJob[], handlerOf: Int32Array): readonly JobKind[] {
  const kinds = jobs.map((job): JobKind => (job.alwaysRun === true ? "always-run" : "normal"));
  for (const handler of handlerOf) {
    if (handler !== -1 && kinds[handler] === "normal") kinds[handler] = "handler";
  }
  return kinds;
}
