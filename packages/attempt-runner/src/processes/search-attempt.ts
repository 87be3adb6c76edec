import { type AttemptTrace, findAttemptProcesses } from "./attempt-processes.js";
import { newestPid, noneBelongsAmongNew } from "./new-processes.js";
import type { ProcessStat } from "./process-stat.js";
import { readProcessTable } from "./process-table.js";

export interface AttemptSearch {
  readonly found: readonly ProcessStat[];
  /** Where nothing was found: whether there is nothing. A process that forks and ends can outrun one search. */
  readonly certain: boolean;
}

/** Searches the process table for all that an attempt started, the wrapper left out. */
export function searchAttempt(trace: AttemptTrace): AttemptSearch {
  const newestBefore = newestPid();
  const { found, undecided } = findAttemptProcesses(trace, readProcessTable());
  if (found.length > 0) return { found, certain: true };
  if (undecided) return { found, certain: false };
  const { marker, wrapper } = trace;
  const query = wrapper === undefined ? { marker } : { marker, session: wrapper.pid };
  // Where the newest pid is not told, certainty would never come.
  const certain = newestBefore === undefined || noneBelongsAmongNew({ after: newestBefore, ...query });
  return { found, certain };
}
