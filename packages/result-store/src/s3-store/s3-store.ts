import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
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
import { TINY_BYTES } from "../tiny-files.js";
import { ConditionalWrites } from "./conditional-writes.js";
import { Connections } from "./connections.js";
import { copyInParts, MOST_COPIED_AT_ONCE } from "./copy-in-parts.js";
import { FileUploads } from "./file-uploads.js";
import { isAbsent } from "./is-absent.js";
import { lookAt } from "./look-at.js";
import type { ObjectAddress } from "./object-address.js";
import { PART_BYTES } from "./parts.js";
import { openRanges } from "./ranged-download.js";
import { awsFailureOf, explainedS3 } from "./s3-errors.js";
import { SmallObjects } from "./small-objects.js";
import { TransferMemory } from "./transfer-memory.js";

/** Ranges that come down at once; more where more files are asked for. */
const RANGES_AT_ONCE = 8;
/** Bytes of parts that are on their way at once, or wait for their turn. */
const MEMORY_BYTES = 8 * PART_BYTES;
const DELETED_AT_ONCE = 1000;

export interface S3StoreParts {
  readonly client: S3Client;
  readonly bucket: string;
  /** Account that the bucket has to belong to: every call names it. */
  readonly account: string;
  /** `""`, or ends with a slash. */
  readonly prefix: string;
}

/** A result store in an S3 bucket, or below a prefix of one. */
export class S3Store implements ResultStore {
  readonly location: string;
  readonly growth = "replace";
  readonly #client: S3Client;
  readonly #parts: S3StoreParts;
  readonly #small: SmallObjects;
  readonly #uploads: FileUploads;
  readonly #conditions: ConditionalWrites;
  readonly #connections = new Connections(RANGES_AT_ONCE);
  readonly #memory = new TransferMemory(MEMORY_BYTES, PART_BYTES);

  constructor(parts: S3StoreParts) {
    this.#parts = parts;
    this.#client = parts.client;
    this.#small = new SmallObjects(parts.client);
    this.#uploads = new FileUploads(parts.client, this.#small, this.#memory);
    this.#conditions = new ConditionalWrites(parts.client);
    this.location = `s3://${parts.bucket}/${parts.prefix}`;
  }

  get caveat(): string | undefined {
    return this.#conditions.caveat;
  }

  locationOf(queueId: string): string {
    return `${this.location}${queueKeys(queueId).folder}`;
  }

  async claimQueue(queueId: string, { overwrite }: { readonly overwrite: boolean }): Promise<boolean> {
    const keys = queueKeys(queueId);
    if (overwrite) await this.remove(keys.folder);
    for await (const _any of this.list(keys.folder)) return false;
    return (await this.putIfUnchanged(keys.claim, new Uint8Array(), undefined)) !== undefined;
  }

  async putIfUnchanged(
    key: string,
    bytes: Uint8Array,
    known: string | undefined,
    { signal, onBytes }: PutOptions = {},
  ): Promise<string | undefined> {
    const object = this.#address(key);
    const version = await explainedS3(`storing ${key}`, () =>
      this.#conditions.write(object, known, (fields) =>
        this.#uploads.putBytesOnce({ ...object, ...fields }, bytes, signal),
      ),
    );
    if (version !== undefined) onBytes?.(bytes.length);
    return version;
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<StoredObject> {
    return await this.#uploads.put(this.#address(key), path, undefined, options);
  }

  async putBytes(
    key: string,
    bytes: Uint8Array,
    { signal, onBytes }: PutOptions = {},
  ): Promise<StoredObject> {
    return await this.#uploads.putBytes(this.#address(key), bytes, { signal, onBytes });
  }

  async growFile(key: string, path: string, { to, signal }: GrowOptions = {}): Promise<void> {
    await this.#uploads.put(this.#address(key), path, to, { signal });
  }

  async growIfUnchanged(
    key: string,
    path: string,
    known: string | undefined,
    { to, signal }: GrowOptions = {},
  ): Promise<string | undefined> {
    const object = this.#address(key);
    return await explainedS3(`storing ${key}`, () =>
      this.#conditions.write(object, known, (fields) =>
        this.#uploads.putOnce(object, path, to, fields, signal),
      ),
    );
  }

  async copy(fromKey: string, toKey: string): Promise<boolean> {
    const from = this.#address(fromKey);
    const to = this.#address(toKey);
    return await explainedS3(`copying ${fromKey} to ${toKey}`, async () => {
      const size = await this.#sizeOf(from);
      if (size === undefined) return false;
      const CopySource = encodeURI(`${from.Bucket}/${from.Key}`).replace(/[?#+]/g, encodeURIComponent);
      const source = { ...to, CopySource, ExpectedSourceBucketOwner: this.#parts.account };
      if (size > MOST_COPIED_AT_ONCE) await copyInParts(this.#client, source, size);
      else await this.#client.send(new CopyObjectCommand({ ...source, MetadataDirective: "REPLACE" }));
      return true;
    });
  }

  async getFile(key: string, path: string, options: GetOptions = {}): Promise<StoredObject | undefined> {
    const { expect, signal } = options;
    const object = this.#address(key);
    const source = {
      ...{ client: this.#client, object, size: expect?.size, signal },
      ...{ connections: this.#connections, memory: this.#memory },
    };
    return await explainedS3(`fetching ${key}`, () =>
      receiveFile(key, path, options, async (from) => {
        const isTiny = from === 0 && expect !== undefined && expect.size <= TINY_BYTES;
        const tiny = isTiny ? await this.#small.get(object, TINY_BYTES, signal) : undefined;
        return tiny === undefined ? await openRanges(source, from) : [tiny];
      }),
    );
  }

  async readBytes(key: string, range: ByteRange = {}): Promise<Uint8Array | undefined> {
    const object = this.#address(key);
    const { from = 0, to, last } = range;
    return await explainedS3(`reading ${key}`, async () => {
      if (to !== undefined && to <= from) {
        return (await this.#sizeOf(object)) === undefined ? undefined : new Uint8Array();
      }
      const isWhole = from === 0 && to === undefined;
      const part = isWhole ? undefined : `bytes=${from}-${to === undefined ? "" : to - 1}`;
      const Range = last === undefined ? part : `bytes=-${last}`;
      try {
        const { Body } = await this.#client.send(
          new GetObjectCommand({ ...object, ...(Range === undefined ? {} : { Range }) }),
        );
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        if (await isAbsent(this.#client, object, error)) return undefined;
        if (awsFailureOf(error).status === 416) return new Uint8Array();
        throw error;
      }
    });
  }

  async readIfChanged(key: string, known?: string): Promise<ObjectLook> {
    const object = this.#address(key);
    return await explainedS3(`reading ${key}`, async () => {
      try {
        const { Body, ETag, LastModified } = await this.#client.send(
          new GetObjectCommand({ ...object, ...(known === undefined ? {} : { IfNoneMatch: known }) }),
        );
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        return { kind: "changed", bytes, version: ETag ?? "", modifiedMs: LastModified?.getTime() ?? 0 };
      } catch (error) {
        if (awsFailureOf(error).status === 304) return { kind: "unchanged" };
        if (await isAbsent(this.#client, object, error)) return { kind: "none" };
        throw error;
      }
    });
  }

  async versionOf(key: string): Promise<string | undefined> {
    const object = this.#address(key);
    return await explainedS3(`looking at ${key}`, async () => (await lookAt(this.#client, object))?.version);
  }

  async *list(folder: string): AsyncGenerator<ListedObject> {
    checkFolder(folder);
    const { bucket, account, prefix } = this.#parts;
    const place = { Bucket: bucket, ExpectedBucketOwner: account, Prefix: `${prefix}${folder}` };
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        ...place,
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      const page = await explainedS3(`listing ${folder}`, () => this.#client.send(command));
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key === undefined) continue;
        yield { key: Key.slice(prefix.length), size: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0 };
      }
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  async remove(keyOrFolder: string): Promise<void> {
    if (!keyOrFolder.endsWith("/")) {
      const command = new DeleteObjectCommand(this.#address(keyOrFolder));
      await explainedS3(`removing ${keyOrFolder}`, () => this.#client.send(command));
      return;
    }
    let keys: string[] = [];
    for await (const { key } of this.list(keyOrFolder)) {
      keys.push(key);
      if (keys.length < DELETED_AT_ONCE) continue;
      await this.#removeAll(keyOrFolder, keys);
      keys = [];
    }
    await this.#removeAll(keyOrFolder, keys);
  }

  async #removeAll(folder: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const { bucket, account, prefix } = this.#parts;
    const command = new DeleteObjectsCommand({
      ...{ Bucket: bucket, ExpectedBucketOwner: account },
      Delete: { Objects: keys.map((key) => ({ Key: `${prefix}${key}` })), Quiet: true },
    });
    await explainedS3(`removing ${folder}`, async () => {
      const [first] = (await this.#client.send(command)).Errors ?? [];
      if (first !== undefined) throw Object.assign(new Error(first.Message ?? ""), { name: first.Code });
    });
  }

  async #sizeOf(object: ObjectAddress): Promise<number | undefined> {
    return (await lookAt(this.#client, object))?.size;
  }

  /** @throws SpawnError `bad-arguments` for a key that not every store can hold. */
  #address(key: string): ObjectAddress {
    checkKey(key);
    const { bucket, account, prefix } = this.#parts;
    return { Bucket: bucket, Key: `${prefix}${key}`, ExpectedBucketOwner: account };
  }
}
