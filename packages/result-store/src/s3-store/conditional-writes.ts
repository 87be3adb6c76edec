import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { SpawnError } from "@spawn/foundation";
import { lookAt } from "./look-at.js";
import type { ObjectAddress } from "./object-address.js";
import { awsFailureOf } from "./s3-errors.js";

const CONFLICTS_TRIED = 5;
const FIRST_WAIT_MS = 50;
const MARK = "spawn-written-by";

/** What a write carries so that S3 refuses it where something else is there, and so that it is known again. */
export interface ConditionFields {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: "*";
  readonly Metadata: Record<string, string>;
}

/** Writes that S3 refuses unless the object is what it is known to be. */
export class ConditionalWrites {
  readonly #client: S3Client;
  #caveat: string | undefined;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** Known once a server has been met that does not know of `If-Match`. */
  get caveat(): string | undefined {
    return this.#caveat;
  }

  /**
   * @param known the object's ETag; `undefined`: there is none
   * @param send sends the object with these fields, and returns its new ETag
   * @returns the new ETag; `undefined` where something else is there
   * @throws SpawnError `store-failed` where the server knows of no conditions at all; what `send` throws
   */
  async write(
    object: ObjectAddress,
    known: string | undefined,
    send: (fields: ConditionFields) => Promise<string>,
  ): Promise<string | undefined> {
    const mark = randomUUID();
    const Metadata = { [MARK]: mark };
    const fields: ConditionFields =
      known === undefined ? { Metadata, IfNoneMatch: "*" } : { Metadata, IfMatch: known };
    for (let conflicts = 0; ; conflicts += 1) {
      if (known !== undefined && this.#caveat !== undefined) {
        // All that is left: to look first.
        const there = await lookAt(this.#client, object);
        return there?.version === known ? await send({ Metadata }) : undefined;
      }
      try {
        return await send(fields);
      } catch (error) {
        const { status, name } = awsFailureOf(error);
        // Two conditional writes at once: neither of them is said to have won.
        if (status === 409 && conflicts < CONFLICTS_TRIED) await wait(FIRST_WAIT_MS * 2 ** conflicts);
        else if (status === 501) this.#learnLack(known, error);
        else if (status === 412 || (status === 404 && name !== "NoSuchBucket")) {
          // The answer to a first try may have been lost: what the next one has met is then this very write.
          const there = await lookAt(this.#client, object);
          if (there?.metadata[MARK] === mark) return there.version;
          if (name === "NoSuchUpload") throw error;
          return undefined;
        } else throw error;
      }
    }
  }

  #learnLack(known: string | undefined, cause: unknown): void {
    if (known === undefined) {
      throw new SpawnError(
        "store-failed",
        "this S3 server knows no conditional writes (If-None-Match), by which one launch, and one instance, gets a queue",
        { hint: "Use AWS S3 or a server that has them, or keep results in a folder.", cause },
      );
    }
    this.#caveat =
      "the S3 server of the results knows no If-Match: should this queue be taken over by another instance while this one lives, " +
      "its state may be written over for a moment";
  }
}
