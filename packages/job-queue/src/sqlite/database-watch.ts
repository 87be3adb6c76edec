import { type FSWatcher, watch } from "node:fs";
import type { Database } from "better-sqlite3";

/** Where the system cannot watch a file, the database is asked as often as that. */
const ASK_EVERY_MS = 25;

/**
 * Tells that somebody has written to a database: whoever commits appends to its write-ahead log, and the system tells
 * those who watch that file. Changes of one turn of the event loop are told once.
 */
export class DatabaseWatch {
  readonly #database: Database;
  readonly #listeners = new Set<() => void>();
  #stop: (() => void) | undefined;
  #isDue = false;

  constructor(database: Database) {
    this.#database = database;
  }

  add(onChange: () => void): () => void {
    const listener = (): void => onChange();
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#listeners.clear();
  }

  #start(): () => void {
    try {
      return this.#watchFile();
    } catch {
      return this.#ask();
    }
  }

  #watchFile(): () => void {
    let stop: () => void;
    const watcher: FSWatcher = watch(`${this.#database.name}-wal`, { persistent: false }, () => this.#tell());
    stop = () => watcher.close();
    watcher.on("error", () => {
      watcher.close();
      if (this.#stop !== undefined) stop = this.#ask();
    });
    return () => stop();
  }

  #ask(): () => void {
    let seen = this.#version();
    const timer = setInterval(() => {
      const version = this.#version();
      if (version !== seen) this.#tell();
      seen = version;
    }, ASK_EVERY_MS).unref();
    return () => clearInterval(timer);
  }

  /** What other connections have committed, and what this one has changed. */
  #version(): string {
    const others = this.#database.pragma("data_version", { simple: true });
    const { own } = this.#database.prepare("SELECT total_changes() AS own").get() as { own: number };
    return `${others}/${own}`;
  }

  #tell(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
