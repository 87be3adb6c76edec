import { watch } from "node:fs";
import type { Database } from "better-sqlite3";
import { ChangeListeners } from "../change-listeners.js";

/** Where the system cannot watch a file, the database is asked as often as that. */
const ASK_EVERY_MS = 25;

/**
 * Hears that somebody has written to a database: whoever commits appends to its write-ahead log, and the system tells
 * those who watch that file.
 */
export function watchDatabase(database: Database): ChangeListeners {
  return new ChangeListeners((tell) => {
    try {
      return watchFile(database, tell);
    } catch {
      return ask(database, tell);
    }
  });
}

function watchFile(database: Database, tell: () => void): () => void {
  let isOver = false;
  const watcher = watch(`${database.name}-wal`, { persistent: false }, tell);
  let stop = (): void => watcher.close();
  watcher.on("error", () => {
    watcher.close();
    if (!isOver) stop = ask(database, tell);
  });
  return () => {
    isOver = true;
    stop();
  };
}

function ask(database: Database, tell: () => void): () => void {
  let seen = versionOf(database);
  const timer = setInterval(() => {
    const version = versionOf(database);
    if (version !== seen) tell();
    seen = version;
  }, ASK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** What other connections have committed, and what this one has changed. */
function versionOf(database: Database): string {
  const others = database.pragma("data_version", { simple: true });
  const { own } = database.prepare("SELECT total_changes() AS own").get() as { own: number };
  return `${others}/${own}`;
}
