import { existsSync, renameSync, rmSync } from "node:fs";
import { explainFileError, SpawnError } from "@spawn/foundation";
import type { Database } from "better-sqlite3";

/**
 * Copies a database that is in use, as it is at one moment, to a file that is not there yet. It appears under its name
 * when it is complete.
 *
 * @throws SpawnError `bad-arguments` when there is such a file; `no-space`, `permission-denied`.
 */
export async function backUp(database: Database, target: string): Promise<void> {
  if (existsSync(target)) {
    throw new SpawnError("bad-arguments", `${target} is there already`, { hint: "Choose another name." });
  }
  const partial = `${target}.partial`;
  try {
    await database.backup(partial);
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw explainFileError(error, "cannot write the backup", target);
  }
}
