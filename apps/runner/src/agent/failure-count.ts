import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The agent's failures in a row, over its restarts. */
export class FailureCount {
  readonly #path: string;

  /** @param path on a file system that has room when the disk is full, and that a restart of the machine empties */
  constructor(path: string) {
    this.#path = path;
  }

  get count(): number {
    return this.#lines().length;
  }

  /** What the latest said; `undefined` before the first. */
  get last(): string | undefined {
    return this.#lines().at(-1);
  }

  add(message: string): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(this.#path, `${message.replaceAll("\n", " ")}\n`, { flag: "a" });
    } catch {
      // One that cannot be counted is not: the machine's own shutdown is armed all the same.
    }
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }

  #lines(): readonly string[] {
    try {
      return readFileSync(this.#path, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }
}
