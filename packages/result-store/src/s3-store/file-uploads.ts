import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import PQueue from "p-queue";
import { openSource } from "../folder-store/source-file.js";
import type { OnBytes, StoredObject } from "../result-store.js";
import { readTinyFile } from "../tiny-files.js";
import type { ConditionFields } from "./conditional-writes.js";
import { uploadInParts } from "./multipart-upload.js";
import type { ObjectAddress } from "./object-address.js";
import { PART_BYTES, readExactly } from "./parts.js";
import { withPayloadHash } from "./payload-hash.js";
import { explainedS3 } from "./s3-errors.js";
import type { SmallObjects } from "./small-objects.js";
import type { TransferMemory } from "./transfer-memory.js";

/** Large objects that go up at once. */
const LARGE_AT_ONCE = 4;

interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: OnBytes | undefined;
}

/** Brings files up: small ones with one call, large ones in parts. */
export class FileUploads {
  readonly #client: S3Client;
  readonly #small: SmallObjects;
  readonly #memory: TransferMemory;
  readonly #large = new PQueue({ concurrency: LARGE_AT_ONCE });

  constructor(client: S3Client, small: SmallObjects, memory: TransferMemory) {
    this.#client = client;
    this.#small = small;
    this.#memory = memory;
  }

  /** @param to how many bytes of it; default: all there are */
  async put(
    object: ObjectAddress,
    path: string,
    to: number | undefined,
    options: UploadOptions,
  ): Promise<StoredObject> {
    const tiny = readTinyFile(path);
    if (tiny !== undefined) return await this.#putTiny(object, tiny.subarray(0, to), options);
    const { file, size: whole } = await openSource(path);
    try {
      const size = Math.min(to ?? whole, whole);
      if (size <= PART_BYTES)
        return await this.#withBytes(file, size, (bytes) => this.putBytes(object, bytes, options));
      const target = { client: this.#client, object, memory: this.#memory, ...options };
      const { version: _version, ...stored } = await explainedS3(`storing ${object.Key}`, () =>
        this.#large.add(() => uploadInParts(file, size, target)),
      );
      return stored;
    } finally {
      await file.close();
    }
  }

  /**
   * The same under a condition: no faster way is tried first, and no upload of others is gone on with.
   *
   * @returns the object's ETag
   */
  async putOnce(
    object: ObjectAddress,
    path: string,
    to: number | undefined,
    fields: ConditionFields,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { file, size: whole } = await openSource(path);
    try {
      const size = Math.min(to ?? whole, whole);
      if (size <= PART_BYTES)
        return await this.#withBytes(file, size, (bytes) =>
          this.putBytesOnce({ ...object, ...fields }, bytes, signal),
        );
      const target = { client: this.#client, object, memory: this.#memory, signal, condition: fields };
      return (await this.#large.add(() => uploadInParts(file, size, target))).version;
    } finally {
      await file.close();
    }
  }

  /** One call. @returns the object's ETag */
  async putBytesOnce(
    object: ObjectAddress & Partial<ConditionFields>,
    bytes: Uint8Array,
    signal: AbortSignal | undefined,
    sha256 = createHash("sha256").update(bytes).digest("hex"),
  ): Promise<string> {
    signal?.throwIfAborted();
    const command = withPayloadHash(new PutObjectCommand({ ...object, Body: bytes }), sha256);
    const { ETag = "" } = await this.#client.send(
      command,
      signal === undefined ? {} : { abortSignal: signal },
    );
    return ETag;
  }

  async putBytes(
    object: ObjectAddress,
    bytes: Uint8Array,
    { signal, onBytes }: UploadOptions,
  ): Promise<StoredObject> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await explainedS3(`storing ${object.Key}`, () => this.putBytesOnce(object, bytes, signal, sha256));
    onBytes?.(bytes.length);
    return { size: bytes.length, sha256 };
  }

  async #putTiny(object: ObjectAddress, bytes: Buffer, options: UploadOptions): Promise<StoredObject> {
    options.signal?.throwIfAborted();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (!(await this.#small.put(object, bytes, sha256, options.signal)))
      return await this.putBytes(object, bytes, options);
    options.onBytes?.(bytes.length);
    return { size: bytes.length, sha256 };
  }

  async #withBytes<T>(file: FileHandle, size: number, use: (bytes: Uint8Array) => Promise<T>): Promise<T> {
    const memory = await this.#memory.take(size);
    try {
      await readExactly(file, 0, memory.bytes);
      const used = await use(memory.bytes);
      memory.give();
      return used;
    } catch (error) {
      memory.drop();
      throw error;
    }
  }
}
