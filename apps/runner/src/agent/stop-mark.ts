import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** On an instance that was stopped because its queue was over: who starts it again has something to do there. */
export class StopMark {
  readonly #path: string;

  /** @param state the folder of the queue's state, which outlives a stop */
  constructor(state: string) {
    this.#path = join(state, "stopped");
  }

  get isSet(): boolean {
    return existsSync(this.#path);
  }

  set(): void {
    try {
      writeFileSync(this.#path, "", { flush: true });
    } catch {
      // A full disk: then it is stopped once more.
    }
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
