import { SpawnError } from "@spawn/foundation";
import { isStoreId, jobKeys, queueKeys } from "../keys.js";
import type { ResultStore } from "../result-store.js";

/** What a key looks like below a job's folder; anything else below a queue is not a job's. */
const JOB_OBJECT =
  /^(?:stdout\.log|stderr\.log|merged\.log|exit_code|metadata\.json|(?:manifest|provisional)\.json|results\/.+|attempts\/\d+\/.+)$/s;

/** The objects of one job, by what follows its folder in their keys. */
export interface StoredJob {
  readonly job: string;
  /** `stdout.log` → bytes */
  readonly sizes: ReadonlyMap<string, number>;
  /** When the last of its result files was stored, in ms since the Unix epoch; 0 where there are none. */
  readonly resultsMs: number;
}

/**
 * The jobs of a queue that have anything in the store, by name; or one of them.
 *
 * @throws SpawnError `queue-not-found`, or `job-not-found` which lists the known ones.
 */
export async function findStoredJobs(
  store: ResultStore,
  queueId: string,
  job: string | undefined,
): Promise<readonly StoredJob[]> {
  if (!isStoreId(queueId)) throw queueNotFound(store, queueId);
  if (job !== undefined && isStoreId(job)) {
    const found = await listJobs(store, queueId, jobKeys(queueId, job).folder);
    if (found.jobs.length > 0) return found.jobs;
  }
  const { any, jobs } = await listJobs(store, queueId, queueKeys(queueId).folder);
  if (!any) throw queueNotFound(store, queueId);
  if (job === undefined) return jobs;
  const known = jobs.map((one) => one.job);
  throw new SpawnError(
    "job-not-found",
    `queue ${queueId} has nothing stored of a job ${JSON.stringify(job)}`,
    {
      hint: known.length === 0 ? "No job of it has stored anything yet." : `Stored are: ${known.join(", ")}`,
    },
  );
}

async function listJobs(
  store: ResultStore,
  queueId: string,
  folder: string,
): Promise<{ readonly any: boolean; readonly jobs: readonly StoredJob[] }> {
  const start = queueKeys(queueId).folder.length;
  const jobs = new Map<string, { readonly sizes: Map<string, number>; resultsMs: number }>();
  let any = false;
  for await (const { key, size, modifiedMs } of store.list(folder)) {
    any = true;
    const slash = key.indexOf("/", start);
    const job = key.slice(start, slash);
    const object = key.slice(slash + 1);
    if (slash < 0 || !isStoreId(job) || !JOB_OBJECT.test(object)) continue;
    const known = jobs.get(job) ?? { sizes: new Map<string, number>(), resultsMs: 0 };
    known.sizes.set(object, size);
    if (object.startsWith("results/")) known.resultsMs = Math.max(known.resultsMs, modifiedMs);
    jobs.set(job, known);
  }
  const names = [...jobs.keys()].sort();
  return {
    any,
    jobs: names.map((job) => ({ job, ...(jobs.get(job) ?? { sizes: new Map(), resultsMs: 0 }) })),
  };
}

function queueNotFound(store: ResultStore, queueId: string): SpawnError {
  return new SpawnError("queue-not-found", `no queue ${JSON.stringify(queueId)} in ${store.location}`, {
    hint: "Check the queue id; spawn list shows those of your instances.",
  });
}
