import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Clock, errnoOf, type Random } from "@spawn/foundation";

/** Nobody writes to one file for so long without touching it; what is older was left by a writer that died. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Names for files that are not objects yet, in `<root>/.tmp/`. No key begins with a dot, so that none collides with an
 * object, and no listing meets one. Names are unique among writers by a random part, within one by a number.
 *
 * Files of dead writers are removed by the next store that writes below the same root, once they are a day old.
 */
export class TemporaryFiles {
  readonly folder: string;
  readonly #prefix: string;
  readonly #clock: Clock;
  #count = 0;
  #opened = false;

  constructor(root: string, parts: { readonly clock: Clock; readonly random: Random }) {
    this.folder = join(root, ".tmp");
    this.#prefix = parts.random.hex(16);
    this.#clock = parts.clock;
  }

  next(): string {
    if (!this.#opened) this.#open();
    this.#count += 1;
    return join(this.folder, `${this.#prefix}-${this.#count}`);
  }

  #open(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.#opened = true;
    for (const name of readdirSync(this.folder)) this.#removeIfStale(join(this.folder, name));
  }

  #removeIfStale(path: string): void {
    try {
      if (this.#clock.wallMs() - statSync(path).mtimeMs > STALE_AFTER_MS) rmSync(path, { force: true });
    } catch (error) {
      // Renamed or removed by its owner meanwhile.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }
}
