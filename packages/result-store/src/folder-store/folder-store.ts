import { createHash } from "node:crypto";
import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Clock, errnoOf, type Random, systemClock, systemRandom } from "@spawn/foundation";
import { checkFolder, queueKeys } from "../keys.js";
import { receiveFile } from "../receive-file.js";
import type {
  ByteRange,
  GetOptions,
  GrowOptions,
  ListedObject,
  ObjectLook,
  PutOptions,
  ResultStore,
  StoredObject,
} from "../result-store.js";
import { explained, explainStoreError } from "../store-errors.js";
import { readTinyFile } from "../tiny-files.js";
import { ConditionalFiles } from "./conditional-files.js";
import { listObjects } from "./list-objects.js";
import { ObjectFiles } from "./object-files.js";
import { lookAtObject, readObject, streamObject, versionAt } from "./read-object.js";
import { chunksOf, openSource } from "./source-file.js";
import { TemporaryFiles } from "./temporary-files.js";
import { appendToFile, type StreamTarget, streamToNewFile, writeNewFile } from "./write-object.js";

export interface FolderStoreParts {
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * A result store in a folder (made when first written to): one file (0600) per object, in folders of 0700.
 *
 * Objects are put in place by a rename; copies are hard links where there are such, and so are empty objects, of one
 * empty file; a log grows in place only while it has one name.
 */
export function folderStore(root: string, parts: FolderStoreParts = {}): ResultStore {
  return new FolderStore(resolve(root), parts.clock ?? systemClock(), parts.random ?? systemRandom());
}

class FolderStore implements ResultStore {
  readonly location: string;
  readonly growth = "append";
  readonly caveat = undefined;
  readonly #root: string;
  readonly #objects: ObjectFiles;
  readonly #temporary: TemporaryFiles;
  readonly #conditional: ConditionalFiles;
  #emptyFile: string | undefined;

  constructor(root: string, clock: Clock, random: Random) {
    this.#root = root;
    this.location = root.endsWith("/") ? root : `${root}/`;
    this.#objects = new ObjectFiles(root);
    this.#temporary = new TemporaryFiles(root, { clock, random });
    this.#conditional = new ConditionalFiles(this.#objects, this.#temporary);
  }

  locationOf(queueId: string): string {
    return `${this.location}${queueKeys(queueId).folder}`;
  }

  async claimQueue(queueId: string, { overwrite }: { readonly overwrite: boolean }): Promise<boolean> {
    const keys = queueKeys(queueId);
    if (overwrite) await this.remove(keys.folder);
    const folder = join(this.#root, keys.folder);
    return explained(`claiming ${queueId}`, folder, () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return readdirSync(folder).length === 0 && createExclusively(this.#objects.pathOf(keys.claim));
    });
  }

  async putIfUnchanged(
    key: string,
    bytes: Uint8Array,
    known: string | undefined,
    options: PutOptions = {},
  ): Promise<string | undefined> {
    const path = this.#objects.pathOf(key);
    options.signal?.throwIfAborted();
    try {
      const finished = this.#temporary.next();
      await writeNewFile(finished, bytes, options.durable === true);
      const version = await this.#conditional.place(key, finished, known);
      if (version !== undefined) options.onBytes?.(bytes.length);
      return version;
    } catch (error) {
      throw explainStoreError(error, `storing ${key}`, path);
    }
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<StoredObject> {
    const tiny = readTinyFile(path);
    if (tiny !== undefined) return this.putBytes(key, tiny, options);
    const target = this.#objects.pathOf(key);
    const { file, size } = await openSource(path);
    try {
      return await this.#putStream(key, target, chunksOf(file, 0, size), options);
    } finally {
      await file.close();
    }
  }

  async putBytes(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<StoredObject> {
    const path = this.#objects.pathOf(key);
    options.signal?.throwIfAborted();
    try {
      if (bytes.length === 0) {
        this.#putEmpty(path);
      } else {
        const temporary = this.#temporary.next();
        await writeNewFile(temporary, bytes, options.durable === true);
        this.#moveIn(temporary, path);
      }
    } catch (error) {
      throw explainStoreError(error, `storing ${key}`, path);
    }
    options.onBytes?.(bytes.length);
    return describe(bytes);
  }

  async growFile(key: string, path: string, options: GrowOptions = {}): Promise<void> {
    const object = this.#objects.pathOf(key);
    const { file, size } = await openSource(path);
    try {
      const to = Math.min(options.to ?? size, size);
      const stored = explained(`storing ${key}`, object, () => lstatSync(object, { throwIfNoEntry: false }));
      if (stored?.size === to) return;
      if (stored === undefined || stored.size > to || stored.nlink > 1) {
        await this.#putStream(key, object, chunksOf(file, 0, to), options);
      } else {
        await appendToFile(chunksOf(file, stored.size, to), streamTarget(key, object, options));
      }
    } finally {
      await file.close();
    }
  }

  async growIfUnchanged(
    key: string,
    path: string,
    known: string | undefined,
    options: GrowOptions = {},
  ): Promise<string | undefined> {
    const object = this.#objects.pathOf(key);
    const { file, size } = await openSource(path);
    try {
      const to = Math.min(options.to ?? size, size);
      const target = streamTarget(key, object, options);
      const append = (from: number): Promise<number> => appendToFile(chunksOf(file, from, to), target);
      return await this.#conditional.grow(key, { known, source: path, to }, append, async () => {
        const finished = this.#temporary.next();
        await streamToNewFile(chunksOf(file, 0, to), { ...target, path: finished });
        return await this.#conditional.place(key, finished, known);
      });
    } finally {
      await file.close();
    }
  }

  async copy(fromKey: string, toKey: string): Promise<boolean> {
    const from = this.#objects.pathOf(fromKey);
    const to = this.#objects.pathOf(toKey);
    try {
      if (this.#objects.linkIn(from, to, () => this.#temporary.next())) return true;
      await this.putFile(toKey, from);
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw explainStoreError(error, `copying ${fromKey} to ${toKey}`, to);
    }
  }

  async getFile(key: string, path: string, options: GetOptions = {}): Promise<StoredObject | undefined> {
    const object = this.#objects.pathOf(key);
    return receiveFile(key, path, options, (from) => streamObject(object, from));
  }

  async readBytes(key: string, range: ByteRange = {}): Promise<Uint8Array | undefined> {
    const path = this.#objects.pathOf(key);
    return explained(`reading ${key}`, path, () => readObject(path, range));
  }

  async readIfChanged(key: string, known?: string): Promise<ObjectLook> {
    const path = this.#objects.pathOf(key);
    return explained(`reading ${key}`, path, () => lookAtObject(path, known));
  }

  async versionOf(key: string): Promise<string | undefined> {
    const path = this.#objects.pathOf(key);
    return explained(`looking at ${key}`, path, () => versionAt(path));
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    checkFolder(folder);
    try {
      yield* listObjects(this.#root, folder);
    } catch (error) {
      throw explainStoreError(error, `listing ${folder}`, join(this.#root, folder));
    }
  }

  async remove(keyOrFolder: string): Promise<void> {
    const path = this.#objects.pathOf(keyOrFolder.replace(/\/$/, ""));
    try {
      if (!keyOrFolder.endsWith("/")) return this.#objects.takeOut(path);
      await rm(path, { recursive: true, force: true });
      this.#objects.pruneAbove(path);
    } catch (error) {
      throw explainStoreError(error, `removing ${keyOrFolder}`, path);
    }
  }

  async #putStream(
    key: string,
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<StoredObject> {
    const temporary = explained(`storing ${key}`, path, () => this.#temporary.next());
    const stored = await streamToNewFile(chunks, { ...streamTarget(key, path, options), path: temporary });
    try {
      this.#moveIn(temporary, path);
    } catch (error) {
      throw explainStoreError(error, `storing ${key}`, path);
    }
    options.onBytes?.(stored.size);
    return stored;
  }

  #moveIn(temporary: string, path: string): void {
    try {
      this.#objects.moveIn(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Most logs are empty, and a link costs a fraction of a new file. */
  #putEmpty(path: string): void {
    this.#emptyFile ??= this.#newEmptyFile();
    try {
      if (this.#objects.linkIn(this.#emptyFile, path, () => this.#temporary.next())) return;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      // After a day another store may have cleared it away.
      this.#emptyFile = this.#newEmptyFile();
    }
    this.#objects.moveIn(this.#emptyFile, path);
    this.#emptyFile = undefined;
  }

  #newEmptyFile(): string {
    const path = this.#temporary.next();
    closeSync(openSync(path, "wx", 0o600));
    return path;
  }
}

function streamTarget(key: string, path: string, options: PutOptions): StreamTarget {
  return {
    path,
    durable: options.durable === true,
    signal: options.signal,
    explain: (error) => explainStoreError(error, `storing ${key}`, path),
  };
}

function createExclusively(path: string): boolean {
  try {
    closeSync(openSync(path, "wx", 0o600));
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

function describe(bytes: Uint8Array): StoredObject {
  return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
