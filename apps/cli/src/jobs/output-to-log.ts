import type { AttemptFiles } from "@spawn/attempt-runner";
import { formatBinarySize } from "@spawn/foundation";
import type { JobContext } from "@spawn/job-queue";
import { LogFile } from "../logs/log-file.js";
import { LogLines } from "../logs/log-lines.js";
import { plainOutput } from "../render/plain-output.js";
import { pauseUnless } from "./pause-unless.js";

const LOOK_EVERY_MS = 200;

/** Of each stream this much goes into the job's log; the file has all. */
const MOST_BYTES = 4 * 2 ** 20;

/** What a log says of the end of a stream that it does not have whole. */
const LAST_LINES = 50;
const LAST_BYTES = 64 * 1024;

/** One message has at most about this much, well below what a log takes. */
const MESSAGE_CHARACTERS = 100_000;

export interface OutputLogging {
  readonly files: Pick<AttemptFiles, "stdout" | "stderr">;
  readonly log: JobContext["log"];
  readonly mask: (text: string) => string;
}

/** Copies what a command prints into its job's log: its stdout as INFO, its stderr as WARNING. Best effort as to order. */
export class OutputToLog {
  readonly #streams: readonly OutputStream[];
  readonly #ended = new AbortController();
  readonly #done: Promise<void>;

  constructor({ files, log, mask }: OutputLogging) {
    this.#streams = [
      new OutputStream(files.stdout, (text) => log("INFO", mask(text))),
      new OutputStream(files.stderr, (text) => log("WARNING", mask(text))),
    ];
    this.#done = this.#follow();
  }

  /** The command has ended: resolves when all it has printed is in the log. */
  async finish(): Promise<void> {
    this.#ended.abort();
    await this.#done;
    for (const stream of this.#streams) await stream.finish();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      for (const stream of this.#streams) await stream.pump();
      await pauseUnless(signal, LOOK_EVERY_MS);
    }
  }
}

class OutputStream {
  readonly #path: string;
  readonly #file: LogFile;
  readonly #lines = new LogLines();
  readonly #write: (text: string) => Promise<void>;
  #bytes = 0;
  #isFull = false;

  constructor(path: string, write: (text: string) => Promise<void>) {
    this.#path = path;
    this.#file = new LogFile(path);
    this.#write = write;
  }

  async pump(): Promise<void> {
    if (this.#isFull) return;
    for (const chunk of this.#file.read()) {
      this.#bytes += chunk.length;
      await this.#writeLines(this.#lines.push(chunk));
      if (this.#bytes < MOST_BYTES) continue;
      this.#isFull = true;
      return await this.#write(
        `the first ${formatBinarySize(MOST_BYTES)} of this output are above; all of it is in ${this.#path}`,
      );
    }
  }

  async finish(): Promise<void> {
    await this.pump();
    if (!this.#isFull) return await this.#writeLines(this.#lines.end());
    const lines = new LogLines();
    const last = [...new LogFile(this.#path, { lastBytes: LAST_BYTES }).read()].flatMap((chunk) => [
      ...lines.push(chunk),
    ]);
    await this.#writeLines([...last, ...lines.end()].slice(-LAST_LINES));
  }

  /** Many lines are one message: each message is a write to the job queue. */
  async #writeLines(lines: readonly string[]): Promise<void> {
    let message: string[] = [];
    let characters = 0;
    for (const line of lines.flatMap((text) => cut(lastShown(text)))) {
      if (message.length > 0 && characters + line.length > MESSAGE_CHARACTERS) {
        await this.#write(message.join("\n"));
        message = [];
        characters = 0;
      }
      message.push(line);
      characters += line.length + 1;
    }
    if (message.length > 0) await this.#write(message.join("\n"));
  }
}

function cut(line: string): readonly string[] {
  if (line.length <= MESSAGE_CHARACTERS) return [line];
  return [line.slice(0, MESSAGE_CHARACTERS), ...cut(line.slice(MESSAGE_CHARACTERS))];
}

/** What a terminal would show of a line that was written over, as progress bars do. */
function lastShown(line: string): string {
  return plainOutput(line.split("\r").findLast((part) => part !== "") ?? "");
}
