import { createHash, randomUUID } from "node:crypto";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import PQueue from "p-queue";
import { openSource } from "../folder-store/source-file.js";
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
import { copyInParts, MOST_COPIED_AT_ONCE } from "./copy-in-parts.js";
import { isAbsent } from "./is-absent.js";
import { type ObjectAddress, uploadInParts } from "./multipart-upload.js";
import { PART_BYTES, readExactly } from "./parts.js";
import { openRanges } from "./ranged-download.js";
import { awsFailureOf, explainedS3 } from "./s3-errors.js";

/** Large objects and their parts that are on their way at once: with 8 MiB a part, some 100 MiB of memory at most. */
const LARGE_AT_ONCE = 4;
const PARTS_AT_ONCE = 8;
const DELETED_AT_ONCE = 1000;
const CONFLICTS_TRIED = 5;

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
  readonly #large = new PQueue({ concurrency: LARGE_AT_ONCE });
  readonly #transfers = new PQueue({ concurrency: PARTS_AT_ONCE });

  constructor(parts: S3StoreParts) {
    this.#parts = parts;
    this.#client = parts.client;
    this.location = `s3://${parts.bucket}/${parts.prefix}`;
  }

  locationOf(queueId: string): string {
    return `${this.location}${queueKeys(queueId).folder}`;
  }

  async claimQueue(queueId: string, { overwrite }: { readonly overwrite: boolean }): Promise<boolean> {
    const keys = queueKeys(queueId);
    if (overwrite) await this.remove(keys.folder);
    for await (const _any of this.list(keys.folder)) return false;
    return await this.createBytes(keys.claim, new Uint8Array());
  }

  async createBytes(key: string, bytes: Uint8Array): Promise<boolean> {
    const object = this.#address(key);
    // The answer to a first try may be lost; what the next one finds is then our own.
    const mark = randomUUID();
    const Metadata = { "spawn-created-by": mark };
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        await this.#client.send(new PutObjectCommand({ ...object, Body: bytes, IfNoneMatch: "*", Metadata }));
        return true;
      } catch (error) {
        const { status } = awsFailureOf(error);
        if (status === 412) return (await this.#markOf(object)) === mark;
        // Two conditional writes at once: neither of them is said to have won.
        if (status === 409 && conflicts < CONFLICTS_TRIED) continue;
        await explainedS3(`storing ${key}`, () => Promise.reject(error));
      }
    }
  }

  async putFile(key: string, path: string, options: PutOptions = {}): Promise<StoredObject> {
    return await this.#putBeginning(key, path, undefined, options);
  }

  async putBytes(
    key: string,
    bytes: Uint8Array,
    { signal, onBytes }: PutOptions = {},
  ): Promise<StoredObject> {
    const object = this.#address(key);
    signal?.throwIfAborted();
    const command = new PutObjectCommand({ ...object, Body: bytes });
    await explainedS3(`storing ${key}`, () => this.#client.send(command, abortable(signal)));
    onBytes?.(bytes.length);
    return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  }

  async growFile(key: string, path: string, { to, signal }: GrowOptions = {}): Promise<void> {
    await this.#putBeginning(key, path, to, signal === undefined ? {} : { signal });
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
    const source = {
      client: this.#client,
      object: this.#address(key),
      parts: this.#transfers,
      signal: options.signal,
    };
    return await explainedS3(`fetching ${key}`, () =>
      receiveFile(key, path, options, (from) => openRanges(source, from)),
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

  /** Small files go up with one call, large ones in parts. */
  async #putBeginning(
    key: string,
    path: string,
    to: number | undefined,
    options: PutOptions,
  ): Promise<StoredObject> {
    const object = this.#address(key);
    const source = await openSource(path);
    const { file } = source;
    try {
      const size = Math.min(to ?? source.size, source.size);
      if (size <= PART_BYTES) {
        const bytes = await readExactly(file, 0, size);
        return await this.putBytes(key, bytes, options);
      }
      const { signal, onBytes } = options;
      const target = { client: this.#client, object, parts: this.#transfers, signal, onBytes };
      return await explainedS3(`storing ${key}`, () =>
        this.#large.add(() => uploadInParts(file, size, target)),
      );
    } finally {
      await file.close();
    }
  }

  async #sizeOf(object: ObjectAddress): Promise<number | undefined> {
    try {
      return (await this.#client.send(new HeadObjectCommand(object))).ContentLength ?? 0;
    } catch (error) {
      if (await isAbsent(this.#client, object, error)) return undefined;
      throw error;
    }
  }

  async #markOf(object: ObjectAddress): Promise<string | undefined> {
    const { Metadata } = await this.#client.send(new HeadObjectCommand(object));
    return Metadata?.["spawn-created-by"];
  }

  /** @throws SpawnError `bad-arguments` for a key that not every store can hold. */
  #address(key: string): ObjectAddress {
    checkKey(key);
    const { bucket, account, prefix } = this.#parts;
    return { Bucket: bucket, Key: `${prefix}${key}`, ExpectedBucketOwner: account };
  }
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
