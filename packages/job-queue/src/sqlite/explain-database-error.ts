import { errnoOf, SpawnError } from "@spawn/foundation";

/** Turns what SQLite says into a `SpawnError` where the user can do something about it; else returns it as it is. */
export function explainDatabaseError(error: unknown, path: string): unknown {
  const code = errnoOf(error);
  if (error instanceof SpawnError || code === undefined) return error;
  if (isBusy(error)) {
    return new SpawnError(
      "database-busy",
      `the job queue ${path} has been locked by another program for too long`,
      {
        hint: "See who has it open (`fuser FILE`), and run the same command again.",
        cause: error,
      },
    );
  }
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    return new SpawnError(
      "database-damaged",
      `the job queue ${path} is damaged, or no SQLite database (${code})`,
      {
        hint: "Put a backup in its place, or save what can be read: `sqlite3 FILE .recover | sqlite3 NEW`.",
        cause: error,
      },
    );
  }
  if (code.startsWith("SQLITE_READONLY") || code === "SQLITE_PERM" || code === "SQLITE_AUTH") {
    return new SpawnError("permission-denied", `the job queue ${path} cannot be written (${code})`, {
      hint: "The file and its folder must both be writable. Check who owns them, or choose another file.",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_CANTOPEN")) {
    return new SpawnError("permission-denied", `the job queue ${path} cannot be opened (${code})`, {
      hint: "It must be a file, in a folder that you may write to.",
      cause: error,
    });
  }
  if (code === "SQLITE_FULL") {
    return new SpawnError("no-space", `no space left for the job queue ${path}`, {
      hint: "Free some space, then run the same command again.",
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_IOERR")) {
    return new SpawnError("store-failed", `the disk failed under the job queue ${path} (${code})`, {
      hint: "Look at the free space and at the kernel's messages (`df`, `dmesg`).",
      cause: error,
    });
  }
  return error;
}

/** Somebody else is writing: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = errnoOf(error);
  return code !== undefined && (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED"));
}
