import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Clock, FakeClock } from "@spawn/foundation";
import { checkFolder, checkKey, queueKeys } from "../keys.js";
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

interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

/**
 * A result store that behaves as S3 does (every put sends the whole object) and forgets everything: for tests that
 * count what is sent, or act while something is being stored.
 */
export class MemoryStore implements ResultStore {
  readonly location = "memory://";
  readonly growth = "replace";
  readonly caveat = undefined;
  /** Bytes sent into the store, by key. */
  readonly sent = new Map<string, number>();
  /** Awaited before each put. */
  beforePut: (key: string) => Promise<void> = async () => {};
  readonly #objects: Map<string, MemoryObject>;
  readonly #clock: Clock;

  /** `shared`: another handle on the same objects. */
  constructor(options: { readonly clock?: Clock; readonly shared?: MemoryStore } = {}) {
    this.#objects = options.shared === undefined ? new Map() : options.shared.#objects;
    this.#clock = options.clock ?? new FakeClock();
  }

  locationOf(queueId: string): string {
    return `${this.location}${queueKeys(queueId).folder}`;
  }

  async claimQueue(queueId: string, { overwrite }: { readonly overwrite: boolean }): Promise<boolean> {
    const keys = queueKeys(queueId);
    if (overwrite) await this.remove(keys.folder);
    if ([...this.#objects.keys()].some((key) => key.startsWith(keys.folder))) return false;
    this.#objects.set(keys.claim, { bytes: new Uint8Array(), modifiedMs: this.#clock.wallMs() });
    return true;
  }

  async putIfUnchanged(
    key: string,
    bytes: Uint8Array,
    known: string | undefined,
    { signal, onBytes }: PutOptions = {},
  ): Promise<string | undefined> {
    checkKey(key);
    await this.beforePut(key);
    signal?.throwIfAborted();
    if (this.#versionAt(key) !== known) return undefined;
    this.#put(key, bytes, onBytes);
    return versionOf(bytes);
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<StoredObject> {
    checkKey(key);
    return this.putBytes(key, await readFile(path), options);
  }

  async putBytes(
    key: string,
    bytes: Uint8Array,
    { signal, onBytes }: PutOptions = {},
  ): Promise<StoredObject> {
    checkKey(key);
    await this.beforePut(key);
    signal?.throwIfAborted();
    this.#put(key, bytes, onBytes);
    return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  }

  async growFile(key: string, path: string, options: GrowOptions = {}): Promise<void> {
    checkKey(key);
    await this.putBytes(key, (await readFile(path)).subarray(0, options.to), options);
  }

  async growIfUnchanged(
    key: string,
    path: string,
    known: string | undefined,
    options: GrowOptions = {},
  ): Promise<string | undefined> {
    checkKey(key);
    return await this.putIfUnchanged(key, (await readFile(path)).subarray(0, options.to), known, options);
  }

  async copy(fromKey: string, toKey: string): Promise<boolean> {
    checkKey(fromKey);
    checkKey(toKey);
    const object = this.#objects.get(fromKey);
    if (object !== undefined) this.#objects.set(toKey, object);
    return object !== undefined;
  }

  async getFile(key: string, path: string, options: GetOptions = {}): Promise<StoredObject | undefined> {
    checkKey(key);
    return receiveFile(key, path, options, async (from) => {
      const bytes = await this.readBytes(key, { from });
      return bytes === undefined ? undefined : [bytes];
    });
  }

  async readBytes(key: string, { from = 0, to, last }: ByteRange = {}): Promise<Uint8Array | undefined> {
    checkKey(key);
    return this.#objects.get(key)?.bytes.slice(last === undefined ? from : -last, to);
  }

  async readIfChanged(key: string, known?: string): Promise<ObjectLook> {
    checkKey(key);
    const object = this.#objects.get(key);
    if (object === undefined) return { kind: "none" };
    const version = versionOf(object.bytes);
    if (version === known) return { kind: "unchanged" };
    return { kind: "changed", bytes: object.bytes.slice(), version, modifiedMs: object.modifiedMs };
  }

  async versionOf(key: string): Promise<string | undefined> {
    checkKey(key);
    return this.#versionAt(key);
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    checkFolder(folder);
    for (const [key, { bytes, modifiedMs }] of [...this.#objects]) {
      if (key.startsWith(folder)) yield { key, size: bytes.length, modifiedMs };
    }
  }

  async remove(keyOrFolder: string): Promise<void> {
    checkKey(keyOrFolder.replace(/\/$/, ""));
    for (const key of [...this.#objects.keys()]) {
      if (key === keyOrFolder || (keyOrFolder.endsWith("/") && key.startsWith(keyOrFolder)))
        this.#objects.delete(key);
    }
  }

  #put(key: string, bytes: Uint8Array, onBytes: PutOptions["onBytes"]): void {
    this.#objects.set(key, { bytes: bytes.slice(), modifiedMs: this.#clock.wallMs() });
    this.sent.set(key, (this.sent.get(key) ?? 0) + bytes.length);
    onBytes?.(bytes.length);
  }

  #versionAt(key: string): string | undefined {
    const object = this.#objects.get(key);
    return object === undefined ? undefined : versionOf(object.bytes);
  }
}

function versionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
