import {
  appendFileSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type AttemptLayout, appendLogStart } from "@spawn/attempt-runner";
import { LogStream } from "./log-stream.js";

export interface MergedLogOptions {
  readonly path: string;
  /** Remembers how far the log has come; written after the bytes it speaks of. */
  readonly indexPath: string;
  /** Where in the log each attempt but the first begins; written before its first bytes. */
  readonly startsPath: string;
  /** Where an attempt's own output lies. */
  readonly filesOf: (attempt: number) => Pick<AttemptLayout, "stdout" | "stderr">;
  readonly wallMs: () => number;
  readonly mask: (text: string) => string;
}

/** Up to where the two streams of `attempt` are in the log, and how long the log is with them. */
interface LogIndex {
  readonly attempt: number;
  readonly stdout: number;
  readonly stderr: number;
  readonly log: number;
}

interface FollowedAttempt {
  readonly attempt: number;
  readonly stdout: LogStream;
  readonly stderr: LogStream;
}

/** Longer than any index, so that each overwrites the one before whole. */
const INDEX_BYTES = 160;

/**
 * One job's stdout and stderr merged, `[HH:MM:SS] line`, over all its attempts. The job writes to its own files; this
 * reads them behind it. After a crash the log is cut back to the last indexed end and goes on from there, over the
 * attempts in between, so that no line is lost or doubled.
 */
export class MergedLog {
  readonly #options: MergedLogOptions;
  #followed: FollowedAttempt | undefined;
  /** The latest attempt that was asked for. */
  #newest = 0;
  /** The latest attempt of which all is in the log. */
  #finished = 0;
  #bytes: number | undefined;
  #unwritten: Buffer | undefined;
  /** The latest attempt whose start is noted. */
  #begun = 1;

  constructor(options: MergedLogOptions) {
    this.#options = options;
  }

  /** Turns to an attempt's output, once all of the attempts before is in the log. Those have ended. */
  follow(attempt: number): void {
    this.#newest = Math.max(this.#newest, attempt);
    if (this.#bytes === undefined) this.#recover();
    this.#followNext();
  }

  /**
   * Takes over what has come; returns whether there may be more right now. Lines that cannot be written (a full disk)
   * are kept, and nothing more is read until they are.
   *
   * @throws the file system's error; calling again goes on where this left off.
   */
  pump(): boolean {
    const followed = this.#followed;
    if (followed === undefined) return false;
    this.#write(followed);
    const now = this.#options.wallMs();
    const out = followed.stdout.read(now);
    const err = followed.stderr.read(now);
    this.#add(followed, [...out.lines, ...err.lines], now);
    if (out.more || err.more) return true;
    if (followed.attempt === this.#newest) return false;
    this.#close(followed);
    return true;
  }

  /** Takes over all that is left of an attempt that ended, in turns that leave the event loop free. Throws as `pump`. */
  async finish(attempt: number): Promise<void> {
    while (this.#finished < attempt && this.#followed !== undefined) {
      if (this.pump()) await nextTurn();
      else this.#close(this.#followed);
    }
  }

  #close(followed: FollowedAttempt): void {
    this.#add(followed, [...followed.stdout.flush(), ...followed.stderr.flush()], this.#options.wallMs());
    followed.stdout.close();
    followed.stderr.close();
    this.#followed = undefined;
    this.#finished = followed.attempt;
    this.#followNext();
  }

  #followNext(): void {
    if (this.#followed === undefined && this.#finished < this.#newest) {
      this.#followed = this.#open({ attempt: this.#finished + 1, stdout: 0, stderr: 0 });
    }
  }

  #open(from: Pick<LogIndex, "attempt" | "stdout" | "stderr">): FollowedAttempt {
    const files = this.#options.filesOf(from.attempt);
    return {
      attempt: from.attempt,
      stdout: new LogStream(files.stdout, from.stdout),
      stderr: new LogStream(files.stderr, from.stderr),
    };
  }

  #add(followed: FollowedAttempt, lines: readonly Buffer[], wallMs: number): void {
    if (lines.length === 0) return;
    const time = timeOfDay(wallMs);
    const text = lines.map((line) => `[${time}] ${line.toString("utf8")}\n`).join("");
    this.#unwritten = Buffer.from(this.#options.mask(text));
    this.#write(followed);
  }

  #write(followed: FollowedAttempt): void {
    if (this.#unwritten === undefined) return;
    const begin = this.#bytes ?? 0;
    if (this.#begun < followed.attempt) {
      appendLogStart(this.#options.startsPath, followed.attempt, begin);
      this.#begun = followed.attempt;
    }
    try {
      appendFileSync(this.#options.path, this.#unwritten, { mode: 0o644 });
    } catch (error) {
      truncateSync(this.#options.path, begin);
      throw error;
    }
    this.#bytes = begin + this.#unwritten.length;
    this.#unwritten = undefined;
    writeIndex(this.#options.indexPath, {
      attempt: followed.attempt,
      stdout: followed.stdout.consumed,
      stderr: followed.stderr.consumed,
      log: this.#bytes,
    });
  }

  /** Cuts what a runner before wrote without indexing it, and goes on where its index ends. */
  #recover(): void {
    const size = statSync(this.#options.path, { throwIfNoEntry: false })?.size;
    if (size === undefined) appendFileSync(this.#options.path, "", { mode: 0o644 });
    const index = readIndex(this.#options.indexPath);
    // A log shorter than its index has lost lines with the machine.
    const sound = index !== undefined && size !== undefined && size >= index.log ? index : undefined;
    this.#bytes = sound?.log ?? 0;
    if (size !== undefined && size > this.#bytes) truncateSync(this.#options.path, this.#bytes);
    if (sound === undefined) {
      rmSync(this.#options.startsPath, { force: true });
      return;
    }
    this.#begun = sound.attempt;
    this.#finished = sound.attempt - 1;
    this.#newest = Math.max(this.#newest, sound.attempt);
    this.#followed = this.#open(sound);
  }
}

/** Says that a merged log of this many bytes, made elsewhere, has all there is of an attempt and of those before it. */
export function writeMergedLogStart(indexPath: string, attempt: number, bytes: number): void {
  writeIndex(indexPath, { attempt, stdout: 0, stderr: 0, log: bytes });
}

/** In place and with one call: a runner that is killed leaves the old index or the new one. */
function writeIndex(path: string, index: LogIndex): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    writeSync(fd, `${JSON.stringify(index).padEnd(INDEX_BYTES - 1)}\n`, 0);
  } finally {
    closeSync(fd);
  }
}

/** `undefined` when it was never written, or damaged with the machine: the log is made anew from the attempts' own files. */
function readIndex(path: string): LogIndex | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isLogIndex(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLogIndex(value: unknown): value is LogIndex {
  if (typeof value !== "object" || value === null) return false;
  return ["attempt", "stdout", "stderr", "log"].every((key) => Number.isSafeInteger(Reflect.get(value, key)));
}

/** `HH:MM:SS` in the machine's time zone. */
function timeOfDay(wallMs: number): string {
  const date = new Date(wallMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
