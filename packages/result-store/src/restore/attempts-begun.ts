import { queueKeys } from "../keys.js";
import type { ResultStore } from "../result-store.js";

/** The highest number of an attempt of which the store has anything, by job. */
export async function attemptsBegun(
  store: ResultStore,
  queueId: string,
): Promise<ReadonlyMap<string, number>> {
  const { folder } = queueKeys(queueId);
  const begun = new Map<string, number>();
  for await (const { key } of store.list(folder)) {
    const [, job, number] = /^([^/]+)\/attempts\/(\d+)\//.exec(key.slice(folder.length)) ?? [];
    if (job !== undefined) begun.set(job, Math.max(begun.get(job) ?? 0, Number(number)));
  }
  return begun;
}
