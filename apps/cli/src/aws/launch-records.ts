import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, explainFileError } from "@spawn/foundation";

/** Older launches than these many newest are found by their region and queue id only. */
const MOST_KEPT = 2_000;
const FILE = /^i-[0-9a-f]+\.json$/;

/** What is known here of an instance that was launched from here; nothing in it is secret. */
export interface LaunchRecord {
  readonly instanceId: string;
  readonly queueId: string;
  readonly name?: string;
  readonly region: string;
  /** `s3://bucket/prefix/` */
  readonly storeRoot: string;
  /** Id of the account that the store and the instance are in; launches of earlier versions were noted without. */
  readonly account?: string;
  /** RFC 3339, UTC. */
  readonly launchedAt: string;
  /** The private key file whose public half the instance lets in: its path, absolute. */
  readonly identity?: string;
}

/**
 * The launches on EC2 that were made from here: by them `last`, names and queue ids mean an instance without AWS being asked.
 * A file each, for their owner's eyes.
 */
export class LaunchRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws SpawnError `permission-denied`, `no-space`. */
  add(record: LaunchRecord): void {
    const path = join(this.#folder, `${record.instanceId}.json`);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, `${JSON.stringify({ schema_version: 1, ...record })}\n`, { mode: 0o600 });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainFileError(error, "cannot note the launch", path);
    }
    this.#forgetOldest();
  }

  /** Newest first. */
  all(): readonly LaunchRecord[] {
    return this.#names()
      .flatMap((name) => read(join(this.#folder, name)))
      .sort((a, b) => (a.launchedAt < b.launchedAt ? 1 : a.launchedAt > b.launchedAt ? -1 : 0));
  }

  /** When an instance was launched from here, in milliseconds since the Unix epoch; `undefined` where it was not. */
  launchedAtMs(instanceId: string): number | undefined {
    const name = `${instanceId}.json`;
    const [record] = FILE.test(name) ? read(join(this.#folder, name)) : [];
    return record === undefined ? undefined : Date.parse(record.launchedAt);
  }

  #forgetOldest(): void {
    if (this.#names().length <= MOST_KEPT) return;
    for (const { instanceId } of this.all().slice(MOST_KEPT))
      rmSync(join(this.#folder, `${instanceId}.json`), { force: true });
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => FILE.test(name));
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw explainFileError(error, "cannot list the launches", this.#folder);
    }
  }
}

/** Nothing where it cannot be read: the instance is still found through AWS. */
function read(path: string): readonly LaunchRecord[] {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is LaunchRecord {
  if (typeof value !== "object" || value === null) return false;
  const texts = ["instanceId", "queueId", "region", "storeRoot", "launchedAt"];
  return texts.every((name) => typeof Reflect.get(value, name) === "string");
}
