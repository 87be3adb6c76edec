import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Clock, errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import { putFileInBucket } from "@spawn/result-store";
import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";
import type { Architecture } from "../plan/images.js";

const LONGEST_URL_MS = 60 * 60_000;
/** An instance boots in about a minute; a session that ends sooner than this cannot launch one. */
const SHORTEST_URL_MS = 5 * 60_000;

export interface RunnerSource {
  /** The runner's program for an architecture; absent where none was built. */
  readonly binaries: Readonly<Partial<Record<Architecture, string>>>;
  readonly bucket: string;
  /** `` or ending with a slash. */
  readonly prefix: string;
  readonly account: string;
  /** Where it is packed. */
  readonly stateFolder: string;
}

/** The runner on its way into the store, which takes its time once per version of it. */
export type RunnerEvent =
  | { readonly type: "packing-runner" }
  /** In bytes. */
  | { readonly type: "storing-runner"; readonly sent: number; readonly size: number };

export interface RunnerObject {
  /** Of the runner itself, unpacked. */
  readonly sha256: string;
  readonly key: string;
}

/** @throws SpawnError `runner-not-found`. */
function runnerBinary(source: Pick<RunnerSource, "binaries">, architecture: Architecture): string {
  const path = source.binaries[architecture];
  if (path !== undefined) return path;
  throw new SpawnError("runner-not-found", `there is no runner for Linux on ${architecture}`, {
    hint: "Build it in spawn's repository: npx -y pnpm@10 build:runner",
  });
}

/** Stores the runner's program, once per content; it is found again by its sha256. */
export async function storeRunner(
  clients: AwsClients,
  source: RunnerSource,
  architecture: Architecture,
  tell: (event: RunnerEvent) => void,
): Promise<RunnerObject> {
  const path = runnerBinary(source, architecture);
  const program = await readFile(path).catch((error: unknown) => {
    if (errnoOf(error) !== "ENOENT") throw explainFileError(error, "cannot read the runner", path);
    throw new SpawnError("runner-not-found", `the runner is not there: ${path}`, {
      hint: "Build it in spawn's repository: npx -y pnpm@10 build:runner",
    });
  });
  const sha256 = createHash("sha256").update(program).digest("hex");
  const machine = architecture === "x86_64" ? "x64" : "arm64";
  const key = `${source.prefix}.spawn/runner/${sha256}/spawn-runner-linux-${machine}.gz`;
  const where = { Bucket: source.bucket, Key: key, ExpectedBucketOwner: source.account };
  const s3 = await clients.s3();
  try {
    if (await isThere(() => s3.headObject(where))) return { sha256, key };
  } catch (error) {
    throw explainAwsError(`the runner cannot be stored in s3://${source.bucket}`, error);
  }
  tell({ type: "packing-runner" });
  const folder = await mkdtemp(join(source.stateFolder, "packing-")).catch((error: unknown) => {
    throw explainFileError(error, "cannot make a folder to pack the runner in", source.stateFolder);
  });
  try {
    const packed = join(folder, "runner.gz");
    await pack(path, packed);
    const { size } = await stat(packed);
    let sent = 0;
    await putFileInBucket(s3, where, packed, (bytes) => {
      sent += bytes;
      tell({ type: "storing-runner", sent, size });
    }).catch(async (error: unknown) => {
      if (error instanceof SpawnError) throw error;
      // Another launch was at it with the same content, and quicker: both send parts of one upload.
      if (await isThere(() => s3.headObject(where)).catch(() => false)) return;
      throw explainAwsError(`the runner cannot be stored in s3://${source.bucket}`, error);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { sha256, key };
}

async function pack(path: string, packed: string): Promise<void> {
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(packed, { mode: 0o600 }));
  } catch (error) {
    throw explainFileError(error, "cannot pack the runner", packed);
  }
}

async function isThere(head: () => Promise<unknown>): Promise<boolean> {
  try {
    await head();
    return true;
  } catch (error) {
    if (kindOf(error) === "not-found" || (error instanceof Error && error.name === "NotFound")) return false;
    throw error;
  }
}

/**
 * A URL by which the runner, and nothing else, can be fetched: for an hour, or as long as the session of whoever signs.
 *
 * @throws SpawnError `permission-denied` when that session ends before an instance could have booted.
 */
export async function presignRunner(
  clients: AwsClients,
  clock: Clock,
  source: RunnerSource,
  runner: RunnerObject,
): Promise<string> {
  const [s3, { GetObjectCommand }, { getSignedUrl }] = await Promise.all([
    clients.s3(),
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/s3-request-presigner"),
  ]);
  const { expiration } = await s3.config.credentials();
  const sessionMs = expiration === undefined ? LONGEST_URL_MS : expiration.getTime() - clock.wallMs();
  if (sessionMs < SHORTEST_URL_MS) {
    throw new SpawnError(
      "permission-denied",
      "your AWS session ends within minutes: an instance could not start with it",
      {
        hint: "Log in again (aws sso login), then launch.",
      },
    );
  }
  const command = new GetObjectCommand({ Bucket: source.bucket, Key: runner.key });
  return getSignedUrl(s3, command, {
    expiresIn: Math.floor(Math.min(sessionMs, LONGEST_URL_MS) / 1000),
    signingDate: new Date(clock.wallMs()),
  });
}
