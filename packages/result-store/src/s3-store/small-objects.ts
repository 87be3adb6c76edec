import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ObjectAddress } from "./object-address.js";

type Handler = S3Client["config"]["requestHandler"];
type Signer = Awaited<ReturnType<S3Client["config"]["signer"]>>;
type Request = Parameters<Handler["handle"]>[0];

/** Where the objects of a bucket are, as the SDK has found it. */
interface Place {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
  /** Before the key. */
  readonly path: string;
}

/**
 * Small objects, sent and fetched by the SDK's own signer and connections, but without the steps in which it puts a request
 * together: those take five times as long as the rest, which of thousands of small files is most of the time. For what is
 * not answered with success nothing is tried here: the caller asks the SDK, which knows about retries and errors.
 */
export class SmallObjects {
  readonly #client: S3Client;
  /** By bucket. */
  readonly #places = new Map<string, Promise<Place>>();
  #signer: Signer | undefined;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /**
   * Stores bytes; S3 refuses them where they do not arrive as they were sent.
   *
   * @param sha256 of the bytes, lower-case hex
   * @returns whether they are stored for certain
   */
  async put(
    object: ObjectAddress,
    bytes: Uint8Array,
    sha256: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(bytes));
    const headers = {
      "content-length": String(bytes.length),
      "content-type": "application/octet-stream",
      "x-amz-content-sha256": sha256,
      "x-amz-checksum-crc32": checksum.toString("base64"),
    };
    const body = await this.#send("PUT", object, headers, bytes, signal);
    body?.resume();
    return body !== undefined;
  }

  /**
   * @param atMost bytes
   * @returns the object; nothing where that is uncertain
   */
  async get(
    object: ObjectAddress,
    atMost: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    const headers = { "x-amz-content-sha256": EMPTY_SHA256 };
    const body = await this.#send("GET", object, headers, undefined, signal);
    if (body === undefined) return undefined;
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > atMost) return undefined;
      }
    } catch {
      return undefined;
    }
    return Buffer.concat(chunks, size);
  }

  /** @returns the body of an answer that says success */
  async #send(
    method: "GET" | "PUT",
    object: ObjectAddress,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Readable | undefined> {
    try {
      const { path, ...server } = await this.#placeOf(object);
      const { hostname, port } = server;
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      const request = {
        ...{ ...server, method, path: `${path}${encodeKey(object.Key)}`, query: {}, body },
        headers: { host, "x-amz-expected-bucket-owner": object.ExpectedBucketOwner, ...headers },
      };
      const { response } = await this.#client.config.requestHandler.handle(
        await this.#signed(request as unknown as Request),
        signal === undefined ? {} : { abortSignal: signal },
      );
      const answer = response.body as Readable;
      if (response.statusCode === 200) return answer;
      answer.resume();
    } catch {
      // The SDK will meet the same, and has the words for it.
    }
    return undefined;
  }

  async #placeOf(object: ObjectAddress): Promise<Place> {
    const known = this.#places.get(object.Bucket);
    if (known !== undefined) return await known;
    const place = placeOf(this.#client, object);
    this.#places.set(object.Bucket, place);
    // What cannot be found out now may be later.
    place.catch(() => this.#places.delete(object.Bucket));
    return await place;
  }

  async #signed(request: Request): Promise<Request> {
    const { config } = this.#client;
    this.#signer ??= await signerOf(this.#client);
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    return (await this.#signer.sign(request, { signingDate, signingService: "s3" })) as Request;
  }
}

async function signerOf({ config }: S3Client): Promise<Signer> {
  const signingRegion = await config.region();
  return await config.signer({ name: "sigv4", signingName: "s3", signingRegion, properties: {} });
}

const EMPTY_SHA256 = createHash("sha256").digest("hex");

/** Has the SDK put a request together, and looks where it would go instead of sending it. */
async function placeOf(client: S3Client, object: ObjectAddress): Promise<Place> {
  const command = new GetObjectCommand(object);
  let place: Place | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      const { protocol, hostname, port, path } = args.request as Request;
      const key = encodeKey(object.Key);
      if (!path.endsWith(`/${key}`)) throw new Error(`unexpected path: ${path}`);
      place = { protocol, hostname, port, path: path.slice(0, -key.length) };
      return { response: undefined, output: { $metadata: {} } };
    },
    { step: "build", priority: "low" },
  );
  await client.send(command);
  if (place === undefined) throw new Error("the SDK made no request");
  return place;
}

/** As the SDK does, so that the signature fits. */
function encodeKey(key: string): string {
  return key
    .split("/")
    .map((part) =>
      encodeURIComponent(part).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
}
