import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import PQueue from "p-queue";
import { openSource } from "../folder-store/source-file.js";
import type { OnBytes, StoredObject } from "../result-store.js";
import { readTinyFile } from "../tiny-files.js";
import { type ObjectAddress, uploadInParts } from "./multipart-upload.js";
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
      if (size <= PART_BYTES) return await this.#putAtOnce(object, file, size, options);
      const target = { client: this.#client, object, memory: this.#memory, ...options };
      return await explainedS3(`storing ${object.Key}`, () =>
        this.#large.add(() => uploadInParts(file, size, target)),
      );
    } finally {
      await file.close();
    }
  }

  async putBytes(
    object: ObjectAddress,
    bytes: Uint8Array,
    { signal, onBytes }: UploadOptions,
  ): Promise<StoredObject> {
    signal?.throwIfAborted();
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const command = withPayloadHash(new PutObjectCommand({ ...object, Body: bytes }), sha256);
    const options = signal === undefined ? {} : { abortSignal: signal };
    await explainedS3(`storing ${object.Key}`, () => this.#client.send(command, options));
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

  async #putAtOnce(
    object: ObjectAddress,
    file: FileHandle,
    size: number,
    options: UploadOptions,
  ): Promise<StoredObject> {
    const memory = await this.#memory.take(size);
    try {
      await readExactly(file, 0, memory.bytes);
      const stored = await this.putBytes(object, memory.bytes, options);
      memory.give();
      return stored;
    } catch (error) {
      memory.drop();
      throw error;
    }
  }
}
