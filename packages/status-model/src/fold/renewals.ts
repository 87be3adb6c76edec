import { jobState } from "@spawn/dag-core";
import type { Absence } from "./job-history.js";
import type { QueueFold } from "./queue-fold.js";

/**
 * Completed jobs that run again because this instance has not what they left behind on another one, in file order:
 * those whose declared results were lost, and those that declare none and that unfinished work depends on, through
 * whatever lies between. O(jobs + dependencies).
 *
 * @param unfinished jobs that will run in any case
 */
export function renewals(fold: QueueFold, unfinished: Iterable<string>): ReadonlyMap<string, Absence> {
  const absent = absentResults(fold);
  if (absent.size === 0) return absent;
  const lost = [...absent].flatMap(([id, absence]) => (absence === "lost" ? [id] : []));
  const needed = ancestors(fold, [...unfinished, ...lost]);
  return new Map([...absent].filter(([id, absence]) => absence === "lost" || needed.has(id)));
}

/** Jobs that are not settled, in file order: they will run, or may. */
export function openJobs(fold: QueueFold): readonly string[] {
  return fold.created.jobs.flatMap(({ id }) => {
    const { phase } = jobState(fold.scheduler, id);
    return phase === "ended" || phase === "unrunnable" ? [] : [id];
  });
}

/** Jobs that completed, in file order, each with the attempt that it completed with. */
export function completedJobs(
  fold: QueueFold,
): readonly { readonly job: string; readonly attempt: number }[] {
  return fold.created.jobs.flatMap(({ id }) => {
    const state = jobState(fold.scheduler, id);
    const completed = state.phase === "ended" && state.state === "completed";
    return completed ? [{ job: id, attempt: state.attempt }] : [];
  });
}

function absentResults(fold: QueueFold): ReadonlyMap<string, Absence> {
  const absent = new Map<string, Absence>();
  for (const { job } of completedJobs(fold)) {
    const absence = fold.job(job).absent;
    if (absence !== undefined) absent.set(job, absence);
  }
  return absent;
}

/** All that the jobs depend on, directly or not. */
function ancestors(fold: QueueFold, jobs: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...jobs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const dependency of fold.definition(id)?.dependsOn ?? []) {
      if (found.has(dependency)) continue;
      found.add(dependency);
      open.push(dependency);
    }
  }
  return found;
}
