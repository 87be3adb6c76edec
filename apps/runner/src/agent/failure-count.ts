import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** How often the agent has failed since it last worked, over its restarts. */
export class FailureCount {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get count(): number {
    try {
      return readFileSync(this.#path, "utf8").length;
    } catch {
      return 0;
    }
  }

  /** One that cannot be counted, on a full disk, is not: the unit's own limit of restarts is there too. */
  add(): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(this.#path, "x", { flag: "a" });
    } catch {
      // See above.
    }
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
