import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import type { Database } from "better-sqlite3";
import { APPLICATION_ID, MIGRATIONS } from "./migrations.js";

/**
 * What a commit waits for. `full`: it is on the disk, and a power cut costs nothing. `normal`: it is with the operating
 * system; a power cut can cost the last commits (never the database), a process that is killed nothing.
 */
export type Synchronous = "full" | "normal";

/**
 * How long a call waits inside SQLite for another writer. The thread stands still for so long, and SQLite looks again after
 * longer and longer pauses, so this is short, and longer waits are made outside (`Attempts`).
 */
const BUSY_TIMEOUT_MS = 20;

const WAL_SIZE_LIMIT = 64 * 2 ** 20;

/**
 * SQLite itself is a native module: loaded by who opens a database, and by nobody else. Where it could neither be fetched nor
 * compiled when everything else was installed, it is not there.
 */
async function open(path: string): Promise<Database> {
  try {
    const { default: BetterSqlite } = await import("better-sqlite3");
    return new BetterSqlite(path, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    if (!isNotInstalled(error)) throw error;
    throw new SpawnError("not-supported", "this machine has no SQLite for the job queue (better-sqlite3)", {
      hint: "Its program for this system comes from github.com, or is compiled (Python 3, make, a C++ compiler): install again where one of the two is to be had. Or keep the jobs in Redis.",
      cause: error,
    });
  }
}

/** Not the package, or not its native part. */
function isNotInstalled(error: unknown): boolean {
  const code: unknown = Reflect.get(Object(error), "code");
  return code === "ERR_MODULE_NOT_FOUND" || /Could not locate the bindings file/.test(String(error));
}

/** Opens a job queue's file, makes it where there is none, and brings it up to date. Throws what SQLite throws. */
export async function openDatabase(path: string, synchronous: Synchronous): Promise<Database> {
  makeFile(path);
  const database = await open(path);
  try {
    refuseForeign(database, path);
    useWal(database, path);
    database.pragma(`synchronous = ${synchronous}`);
    database.pragma("foreign_keys = on");
    database.pragma(`journal_size_limit = ${WAL_SIZE_LIMIT}`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Configs may say more than others should read, so the file is its owner's alone; SQLite gives its companions the same mode. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    // A file that can only be read is SQLite's to judge: reading from it may do.
    if (errnoOf(error) === "EISDIR") {
      throw new SpawnError("bad-arguments", `${path} is a folder, not a job queue's file`);
    }
    if (errnoOf(error) === "ENOTDIR" || errnoOf(error) === "EEXIST") {
      throw new SpawnError("bad-arguments", `${path} cannot be a file: a part of its path is not a folder`);
    }
    if (!["EACCES", "EROFS", "EPERM"].includes(errnoOf(error) ?? "")) {
      throw explainFileError(error, "cannot make the job queue", path);
    }
  }
}

function refuseForeign(database: Database, path: string): void {
  const application = database.pragma("application_id", { simple: true });
  const version = versionOf(database);
  if (application === APPLICATION_ID) {
    if (version <= MIGRATIONS.length) return;
    throw new SpawnError(
      "database-too-new",
      `the job queue ${path} was written by a newer spawn (its format is ${version}, this one knows ${MIGRATIONS.length})`,
      { hint: "Update spawn here. Nothing was changed." },
    );
  }
  const { tables } = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get() as {
    tables: number;
  };
  if (application === 0 && tables === 0) return;
  throw new SpawnError("bad-arguments", `${path} is a SQLite database of something else, not a job queue`, {
    hint: "Choose another file. Nothing was changed.",
  });
}

function useWal(database: Database, path: string): void {
  const mode = database.pragma("journal_mode = wal", { simple: true });
  if (mode === "wal") return;
  throw new SpawnError(
    "not-supported",
    `the job queue ${path} cannot use a write-ahead log (it stays in mode ${mode})`,
    {
      hint: "Network file systems cannot share one between machines. Choose a file on a local disk, or Redis.",
    },
  );
}

function migrate(database: Database): void {
  if (versionOf(database) === MIGRATIONS.length) return;
  database
    .transaction(() => {
      for (const step of MIGRATIONS.slice(versionOf(database))) database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}

function versionOf(database: Database): number {
  return database.pragma("user_version", { simple: true }) as number;
}
