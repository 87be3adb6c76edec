/** What the store holds under one key. */
export interface StoredObject {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex, of exactly the stored bytes. */
  readonly sha256: string;
}

export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedMs: number;
}

/** Told of bytes that got through, as they do; negative where some have to be fetched again. */
export type OnBytes = (bytes: number) => void;

export interface PutOptions {
  /** Survives a power cut once the call has returned; for state and manifests. Default false. */
  readonly durable?: boolean;
  readonly signal?: AbortSignal;
  readonly onBytes?: OnBytes;
}

export interface GrowOptions {
  /** Stores the file's first `to` bytes only. Default: all there are. */
  readonly to?: number;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /** What must arrive; without it nothing is verified and nothing is resumed. */
  readonly expect?: StoredObject;
  /** Where the unfinished file is kept until it is whole; default: a hidden name beside `path`. */
  readonly partial?: string;
  readonly signal?: AbortSignal;
  /** Bytes that an earlier try has left are told of as well. */
  readonly onBytes?: OnBytes;
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly from?: number;
  /** The byte after the last one. */
  readonly to?: number;
  /** Instead of the two: so many bytes from its end. At least 1. */
  readonly last?: number;
}

/** What a look at an object that somebody else changes has found. */
export type ObjectLook =
  | { readonly kind: "none" }
  /** It is what it was. */
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "changed";
      readonly bytes: Uint8Array;
      /**
       * Of exactly these bytes; means something to this store alone. The same bytes, stored twice, may have the same version.
       */
      readonly version: string;
      /** When it was stored, in milliseconds since the Unix epoch. */
      readonly modifiedMs: number;
    };

/**
 * Where results, logs and state go: whole objects under keys, in a folder or in S3. Asks for nothing that S3 cannot do:
 * no rename, no lock, no partial overwrite.
 *
 * Keys are paths with `/`, at most 1,024 bytes; `checkKey` says which are refused (`bad-arguments`). No key may be
 * a folder of another one (`a` and `a/b`): a file system cannot hold both.
 *
 * A read sees a whole object, before or after a put, never half of one. Failures a user can do something about are
 * `SpawnError`s (`no-space`, `permission-denied`, `store-failed`); a source file that cannot be read rejects with the
 * system's own error.
 */
export interface ResultStore {
  /** For showing; ends with a slash. */
  readonly location: string;
  /**
   * What `growFile` costs: `append` stores send only what is new; `replace` stores (S3) send the whole object each
   * time.
   */
  readonly growth: "append" | "replace";
  /** What the server behind this store turned out not to do, though it matters; in words, for the queue's warnings. */
  readonly caveat: string | undefined;
  /** For showing; ends with a slash. */
  locationOf(queueId: string): string;
  /**
   * Takes a queue id, by an exclusive create. Of several callers at once exactly one gets `true`; `false` when the id
   * is claimed or anything is stored under it. With `overwrite` what is stored under the id is removed first.
   */
  claimQueue(queueId: string, options: { readonly overwrite: boolean }): Promise<boolean>;
  /**
   * Stores bytes in place of what is known to be there: the object in the version `known`, or none (`undefined`). Of several
   * callers at once that know the same and bring different bytes, one stores them. Holds among callers of this and of
   * `growIfUnchanged`; the other puts ask for nothing.
   *
   * @returns the version of what is stored now; `undefined` where something else was there, and nothing is stored.
   */
  putIfUnchanged(
    key: string,
    bytes: Uint8Array,
    known: string | undefined,
    options?: PutOptions,
  ): Promise<string | undefined>;
  /** Stores the file as long as it is when it is opened; symbolic links are followed, special files refused. */
  putFile(key: string, path: string, options?: PutOptions): Promise<StoredObject>;
  putBytes(key: string, bytes: Uint8Array, options?: PutOptions): Promise<StoredObject>;
  /**
   * Makes the object catch up with a file that only grows (what is stored is the beginning of the file). A reader
   * meanwhile sees a beginning of the file. An object longer than asked for is replaced.
   */
  growFile(key: string, path: string, options?: GrowOptions): Promise<void>;
  /** As `growFile`, under the condition of `putIfUnchanged`; what is there need not be a beginning of the file. */
  growIfUnchanged(
    key: string,
    path: string,
    known: string | undefined,
    options?: GrowOptions,
  ): Promise<string | undefined>;
  /** Copies inside the store; `false` when there is no such object. Later changes of one do not show in the other. */
  copy(fromKey: string, toKey: string): Promise<boolean>;
  /**
   * Fetches an object into a file (0600): into a temporary name first, verified against `expect`, then renamed.
   * An unfinished one is continued if `expect` is given. What does not match leaves nothing behind.
   *
   * @returns `undefined` when there is no such object.
   * @throws SpawnError `verification-failed`.
   */
  getFile(key: string, path: string, options?: GetOptions): Promise<StoredObject | undefined>;
  /** Bytes of an object, clipped to its end; `undefined` when there is no such object. */
  readBytes(key: string, range?: ByteRange): Promise<Uint8Array | undefined>;
  /** The object, unless it still is what it was in the version `known`. One small request where nothing has changed. */
  readIfChanged(key: string, known?: string): Promise<ObjectLook>;
  /** The version of the object that is there now, as `readIfChanged` would tell it; `undefined` when there is none. */
  versionOf(key: string): Promise<string | undefined>;
  /** All objects below a folder (ending with `/`; `""` is everything), in no promised order. */
  list(folder: string): AsyncIterable<ListedObject>;
  /** Removes one key, or everything below a folder (ending with `/`). What is not there is no error. */
  remove(keyOrFolder: string): Promise<void>;
}
