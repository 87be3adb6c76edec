import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AttemptLayout } from "@spawn/attempt-runner";
import { LogStream } from "./log-stream.js";

export interface MergedLogOptions {
  readonly path: string;
  /** Remembers how far the log has come; written after the bytes it speaks of. */
  readonly indexPath: string;
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

/**
 * One job's stdout and stderr merged, `[HH:MM:SS] line`, over all its attempts. The job writes to its own files; this
 * reads them behind it. After a crash the log is cut back to the last indexed end, so that no line is lost or doubled.
 */
export class MergedLog {
  readonly #options: MergedLogOptions;
  #followed: FollowedAttempt | undefined;
  #next: { readonly attempt: number; readonly files: AttemptLayout } | undefined;
  #bytes: number | undefined;
  #unwritten: Buffer | undefined;

  constructor(options: MergedLogOptions) {
    this.#options = options;
  }

  /** Turns to an attempt's output, once that of the attempt before has been finished. */
  follow(attempt: number, files: AttemptLayout): void {
    if (this.#followed !== undefined) {
      this.#next = { attempt, files };
      return;
    }
    const index = this.#bytes === undefined ? this.#recover() : undefined;
    const continued = index?.attempt === attempt ? index : undefined;
    this.#followed = {
      attempt,
      stdout: new LogStream(files.stdout, continued?.stdout ?? 0),
      stderr: new LogStream(files.stderr, continued?.stderr ?? 0),
    };
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
    return out.more || err.more;
  }

  /** Takes over all that is left of the followed attempt, in turns that leave the event loop free. Throws as `pump`. */
  async finish(): Promise<void> {
    while (this.pump()) await nextTurn();
    const followed = this.#followed;
    if (followed === undefined) return;
    this.#add(followed, [...followed.stdout.flush(), ...followed.stderr.flush()], this.#options.wallMs());
    followed.stdout.close();
    followed.stderr.close();
    this.#followed = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.follow(next.attempt, next.files);
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
    try {
      appendFileSync(this.#options.path, this.#unwritten, { mode: 0o644 });
    } catch (error) {
      truncateSync(this.#options.path, begin);
      throw error;
    }
    this.#bytes = begin + this.#unwritten.length;
    this.#unwritten = undefined;
    const index: LogIndex = {
      attempt: followed.attempt,
      stdout: followed.stdout.consumed,
      stderr: followed.stderr.consumed,
      log: this.#bytes,
    };
    writeFileSync(this.#options.indexPath, `${JSON.stringify(index)}\n`, { mode: 0o600 });
  }

  /** Cuts what a runner before wrote without indexing it; returns its index. */
  #recover(): LogIndex | undefined {
    const size = statSync(this.#options.path, { throwIfNoEntry: false })?.size;
    if (size === undefined) {
      appendFileSync(this.#options.path, "", { mode: 0o644 });
      this.#bytes = 0;
      return undefined;
    }
    const index = readIndex(this.#options.indexPath);
    this.#bytes = Math.min(size, index?.log ?? 0);
    if (size > this.#bytes) truncateSync(this.#options.path, this.#bytes);
    return index;
  }
}

/** `undefined` when it was never written, or torn by a crash: then the log is made anew from the attempt's own files. */
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
