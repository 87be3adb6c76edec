import { SpawnError } from "@spawn/foundation";
import {
  type RestoredResults,
  type RestoreOptions,
  type ResultStore,
  type ResultsSoFar,
  restoreResults,
  resultsSoFar,
} from "@spawn/result-store";

/** At most this many names are told. */
const NAMES_TOLD = 5;

/**
 * Puts back what a job has left that did not complete, so that its next attempt can go on from there.
 *
 * @returns what is to be said of it
 * @throws SpawnError `no-space`, `permission-denied`, `store-failed`. What is damaged in the store is left there, and told of.
 */
export async function bringSoFar(
  store: ResultStore,
  queueId: string,
  job: string,
  options: RestoreOptions,
): Promise<readonly string[]> {
  try {
    const found = await resultsSoFar(store, queueId, job);
    if (found === undefined) return [];
    const { setAside } = await restoreResults(store, found, options);
    return [...broughtWords(job, found), ...setAsideWords(job, setAside)];
  } catch (error) {
    if (!(error instanceof SpawnError) || error.code !== "verification-failed") throw error;
    return [`the results that ${job} had so far are not all restored: ${error.message}`];
  }
}

/** What was there before, and is not lost. */
export function setAsideWords(job: string, setAside: RestoredResults["setAside"]): readonly string[] {
  return setAside.map(({ path, as }) => `${path} was not what ${job} had left there; it is now ${as}`);
}

function broughtWords(
  job: string,
  { attempt, files, absent, vouched, storedMs }: ResultsSoFar,
): readonly string[] {
  const words: string[] = [];
  if (files.length > 0) {
    const paths = some(files.map(({ path }) => path));
    const moment = storedMs === undefined ? "" : `, as stored by ${new Date(storedMs).toISOString()}`;
    const caution = vouched ? "" : "; it was cut short, so they are provisional";
    words.push(`${job} goes on from the results of its attempt ${attempt}${moment}${caution}: ${paths}`);
  }
  if (absent.length > 0) {
    words.push(
      `${job} had results in its attempt ${attempt} that had not reached the store: ${some(absent)}`,
    );
  }
  return words;
}

function some(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD;
  return `${names.slice(0, NAMES_TOLD).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
