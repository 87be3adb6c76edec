import { execFileSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { waitForFile } from "./wait-for-file.js";

/** A point in a job's command: there the command tells the test that it has come, and waits until the test lets it go on. */
export class JobGate {
  readonly #arrivals: string;
  readonly #fifo: string;
  readonly #descriptor: number;

  constructor(folder: string, name: string) {
    this.#arrivals = join(folder, `${name}.arrivals`);
    this.#fifo = join(folder, `${name}.gate`);
    execFileSync("mkfifo", [this.#fifo]);
    // Open on both sides, so that neither opening nor writing ever waits for a reader.
    this.#descriptor = openSync(this.#fifo, "r+");
  }

  /** What stands for this point in a command. */
  get command(): string {
    return `echo "$JOB_ATTEMPT" >> '${this.#arrivals}'; read -r _ < '${this.#fifo}'`;
  }

  /** Resolves once `times` commands in all have come here. */
  async reached(times = 1): Promise<void> {
    await waitForFile(this.#arrivals, (text) => text.split("\n").length > times);
  }

  /** Lets one command through: the one that waits, or else the next to come. */
  open(): void {
    writeSync(this.#descriptor, "\n");
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
