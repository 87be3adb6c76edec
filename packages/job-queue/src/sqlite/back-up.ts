import { closeSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import type { Database } from "better-sqlite3";

/**
 * All at once. Copied in parts, a database to which other processes write is begun anew after each of their writes, and
 * under steady writers a backup never ends. They can write meanwhile, but this thread stands still.
 */
const PAGES_A_STEP = 2 ** 31 - 1;

/**
 * Copies a database that is in use, as it is at one moment, to a file that is not there yet. It appears under its name
 * when it is complete.
 *
 * @throws SpawnError `bad-arguments` when there is such a file, or no folder for it; `no-space`, `permission-denied`.
 */
export async function backUp(database: Database, target: string): Promise<void> {
  if (existsSync(target)) {
    throw new SpawnError("bad-arguments", `${target} is there already`, { hint: "Choose another name." });
  }
  const partial = `${target}.partial`;
  try {
    closeSync(openSync(partial, "w", 0o600));
    await database.backup(partial, { progress: () => PAGES_A_STEP });
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") {
      throw new SpawnError("bad-arguments", `there is no folder for the backup ${target}`, { cause: error });
    }
    throw explainFileError(error, "cannot write the backup", target);
  }
}
