import { lstatSync } from "node:fs";
import { describeFile } from "../receive-file.js";
import type { FetchedIndex } from "./fetched-index.js";
import type { JobPlan, LogChoice } from "./job-plan.js";
import type { OutputFolder } from "./output-folder.js";

export interface OutdatedFiles {
  /** Relative to the output folder. */
  readonly removed: readonly string[];
  /** Changed since they were fetched, so that they are left to their owner. */
  readonly kept: readonly string[];
}

export interface DownloadScope {
  /** Default: all. */
  readonly job?: string | undefined;
  readonly logs: LogChoice;
}

/**
 * Takes away what earlier downloads brought and the store no longer names: results of an earlier run, jobs that the
 * queue has no more. Files that no download brought, and those changed since, are never touched.
 */
export async function removeOutdated(
  output: OutputFolder,
  index: FetchedIndex,
  plans: readonly JobPlan[],
  scope: DownloadScope,
): Promise<OutdatedFiles> {
  const named = new Set(plans.flatMap(({ files }) => files.map(({ target }) => target)));
  // Of a job whose manifest is damaged nobody knows what it names.
  const unknown = new Set(plans.flatMap(({ job, failure }) => (failure === undefined ? [] : [job])));
  const removed: string[] = [];
  const kept: string[] = [];
  for (const name of index.names) {
    if (named.has(name) || unknown.has(jobOf(name)) || !isInScope(name, scope)) continue;
    const path = output.existing(name);
    const stats = path === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false });
    if (path !== undefined && stats?.isFile() === true) {
      const { size, sha256 } = await describeFile(path);
      const was = index.get(name);
      const isSame = size === was?.size && sha256 === was.sha256;
      (isSame ? removed : kept).push(name);
      if (isSame) output.removeFile(name);
    }
    index.delete(name);
  }
  return { removed, kept };
}

function jobOf(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

/** Whether this download would have brought the file, were it still named. */
function isInScope(name: string, { job, logs }: DownloadScope): boolean {
  if (job !== undefined && jobOf(name) !== job) return false;
  const rest = name.slice(jobOf(name).length + 1);
  if (rest.startsWith("results/")) return logs !== "only";
  return rest.endsWith(".log") ? logs !== "none" : true;
}
