import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { errnoOf, explainFileError } from "@spawn/foundation";

/** What a launch has begun, written down before it is done: whoever comes after a killed launcher ends it. */
export interface Intent {
  readonly schema_version: 1;
  readonly queue_id: string;
  /** Of this launch alone; on the instance as a tag. */
  readonly launch_id: string;
  readonly generation: number;
  readonly region: string;
  readonly account: string;
  /** Of the launching process, on `host`; null once it has given up. */
  readonly pid: number | null;
  readonly host: string;
  /** RFC 3339, UTC. */
  readonly begun_at: string;
  /** When its process was last known to be at work. */
  readonly at_work_at: string;
  /** The role and profile that were made for it. */
  readonly role: string | null;
  /** The last request to make an instance, exactly as it is sent; null before the first. */
  readonly request: RunInstancesCommandInput | null;
  /** When that was last sent. */
  readonly called_at: string | null;
  /** Of the instance that is known to have come of it. */
  readonly instance_id: string | null;
}

const NAME = /^[A-Za-z0-9._-]+\.\d+\.json$/;

/** The launches that were begun and not yet known to be over: one file each, readable by their owner alone. */
export class IntentFolder {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "launches");
  }

  /** On the disk when it returns. @throws SpawnError `permission-denied`, `no-space`. */
  write(intent: Intent): void {
    const path = this.#path(intent);
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, `${JSON.stringify(intent, undefined, 2)}\n`, { mode: 0o600, flush: true });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainFileError(error, "cannot write down the launch", path);
    }
  }

  remove(intent: Intent): void {
    rmSync(this.#path(intent), { force: true });
  }

  /** All there are. One that cannot be read is no intent: files appear here whole. */
  read(): readonly Intent[] {
    return this.#names().flatMap((name) => {
      try {
        const value = JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Intent;
        return value.schema_version === 1 ? [value] : [];
      } catch (error) {
        if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return [];
        throw explainFileError(error, "cannot read the launch", join(this.#folder, name));
      }
    });
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => NAME.test(name));
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw explainFileError(error, "cannot list the launches", this.#folder);
    }
  }

  #path({ queue_id, region, generation }: Intent): string {
    return join(this.#folder, `${queue_id}.${region}.${generation}.json`);
  }
}
