import { watch } from "node:fs";
import type { Database } from "better-sqlite3";
import { ChangeListeners } from "../change-listeners.js";

/** How often a database is asked whether anything has been committed, while something may have been. */
const ASK_EVERY_MS = 10;

/** How long a commit may take from its first write on, most of it waiting for a disk. */
const LONGEST_COMMIT_MS = 2_000;

/**
 * Hears that somebody has written to a database. Whoever commits appends to its write-ahead log, and the system tells
 * those who watch that file; but others see the commit only when the disk has it, of which nobody is told. So from a
 * write on the database is asked, until nothing has been written for as long as a commit may take.
 *
 * Where the system cannot watch a file, the database is asked all the time.
 */
export function watchDatabase(database: Database): ChangeListeners {
  return new ChangeListeners((tell) => {
    const asking = new Asking(database, tell);
    try {
      const watcher = watch(`${database.name}-wal`, { persistent: false }, () =>
        asking.goOn(LONGEST_COMMIT_MS),
      );
      watcher.on("error", () => asking.goOn(Number.POSITIVE_INFINITY));
      return () => {
        watcher.close();
        asking.close();
      };
    } catch {
      asking.goOn(Number.POSITIVE_INFINITY);
      return () => asking.close();
    }
  });
}

/** Asks a database again and again whether it has changed. */
class Asking {
  readonly #version: () => string;
  readonly #onChange: () => void;
  #seen: string;
  #until = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(database: Database, onChange: () => void) {
    this.#version = versionOf(database);
    this.#onChange = onChange;
    this.#seen = this.#version();
  }

  /** Asks now, and for so long from now on. */
  goOn(forMs: number): void {
    if (this.#isOver) return;
    this.#until = Math.max(this.#until, performance.now() + forMs);
    this.#timer ??= setInterval(() => this.#ask(), ASK_EVERY_MS).unref();
    this.#ask();
  }

  close(): void {
    this.#isOver = true;
    this.#rest();
  }

  #ask(): void {
    try {
      const version = this.#version();
      if (version !== this.#seen) this.#onChange();
      this.#seen = version;
    } catch {
      // What is wrong is found out by whoever does something with the database.
    }
    if (performance.now() >= this.#until) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** What other connections have committed, and what this one has changed. */
function versionOf(database: Database): () => string {
  const own = database.prepare("SELECT total_changes()").pluck();
  return () => `${database.pragma("data_version", { simple: true })}/${own.get()}`;
}
