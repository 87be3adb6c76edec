import { close, fdatasync, writeSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fdatasync);

/** A file that grows at its end, and how much of it is on the disk. */
export class AppendFile {
  readonly #fd: number;
  #size: number;
  #synced: number;
  #syncing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param size how long the file is; all of it is taken to be on the disk. */
  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.#size = size;
    this.#synced = size;
  }

  /** Bytes written. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that survive the loss of the machine's power. */
  get syncedSize(): number {
    return this.#synced;
  }

  /** Appends: readers see it now, the disk has it after `sync`. */
  write(text: string): void {
    this.#size += writeAll(this.#fd, text);
  }

  /** Resolves once all that was written before the call is on the disk. One system call serves all who wait. */
  async sync(): Promise<void> {
    const wanted = this.#size;
    while (this.#synced < wanted) {
      // After a failed sync the kernel may count the lost pages as written: nothing that follows could be trusted.
      if (this.#failure !== undefined) throw this.#failure.error;
      this.#syncing ??= this.#syncNow();
      await this.#syncing;
    }
  }

  /** A sync under way ends first. */
  close(): void {
    void Promise.resolve(this.#syncing).finally(() => close(this.#fd));
  }

  async #syncNow(): Promise<void> {
    const size = this.#size;
    try {
      await sync(this.#fd);
      this.#synced = size;
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#syncing = undefined;
    }
  }
}

/** @returns the bytes written: all of the text. */
export function writeAll(fd: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from);
  return bytes.length;
}
