import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AttemptFiles,
  attemptMarker,
  type Containment,
  isAlive,
  markerGroup,
  type ProcessIdentity,
  type QueuePlace,
  recoverAttempt,
} from "@spawn/attempt-runner";
import { errnoOf, explainFileError } from "@spawn/foundation";
import { namesIn } from "../names-in.js";
import { type AttemptRecord, attemptRecord, parseAttemptRecord, workerOf } from "./attempt-record.js";
import { type OutputOwner, writeOwner } from "./output-owner.js";

/** A place for one run of a job's command. */
export interface CommandAttempt {
  readonly files: AttemptFiles;
  readonly marker: string;
  /** Nothing of it runs any more. */
  settle(): void;
}

/**
 * Where the commands of jobs keep their output on this machine, and which of them run: `<job>/<n>/` for the n-th run of a
 * job's command here, `running/<job>.<n>` while it is not settled.
 */
export class CommandAttempts {
  readonly #folder: string;
  readonly #worker: ProcessIdentity;
  readonly #containment: Containment;

  constructor(folder: string, worker: ProcessIdentity, containment: Containment) {
    this.#folder = folder;
    this.#worker = worker;
    this.#containment = containment;
  }

  /**
   * @param job written beside the output, for who clears it away
   * @throws SpawnError `permission-denied`, `no-space`.
   */
  begin(jobKey: string, job: OutputOwner): CommandAttempt {
    try {
      const number = this.#takeNumber(jobKey);
      writeOwner(join(this.#folder, jobKey), job);
      const files = this.#files(jobKey, number);
      const marker = attemptMarker(placeOf(jobKey), "command", number);
      const record = attemptRecord({ jobKey, number, marker }, this.#worker);
      const path = this.#recordPath(record);
      mkdirSync(join(this.#folder, "running"), { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
      renameSync(`${path}.new`, path);
      return { files, marker, settle: () => rmSync(path, { force: true }) };
    } catch (error) {
      throw explainFileError(error, "cannot make a place for the command's output", this.#folder);
    }
  }

  /**
   * Ends what still runs here of a job's command, so that it never runs twice at once. Its worker has lost the job.
   *
   * @returns how many runs there were to settle.
   */
  async endStraysOf(jobKey: string): Promise<number> {
    return await this.#end((record) => record.job_key === jobKey);
  }

  /** Ends what runs here of workers that are gone. @returns how many runs there were to settle. */
  async endOrphans(): Promise<number> {
    // One of another boot may be of another machine that shares the folder.
    return await this.#end((record) => record.boot_id === this.#worker.bootId && !isAlive(workerOf(record)));
  }

  async #end(isStray: (record: AttemptRecord) => boolean): Promise<number> {
    const strays = this.#records().filter(isStray);
    await Promise.all(strays.map((record) => this.#endOne(record)));
    return strays.length;
  }

  async #endOne(record: AttemptRecord): Promise<void> {
    const found = await recoverAttempt({
      files: this.#files(record.job_key, record.number),
      marker: record.marker,
      bootId: record.boot_id,
      background: "kill",
      stopping: "interrupted",
    });
    if (found.kind === "running") await found.attempt.ended;
    // Also one that was made for a command that never entered it.
    this.#containment.sweep(markerGroup(placeOf(record.job_key)));
    rmSync(this.#recordPath(record), { force: true });
  }

  #records(): readonly AttemptRecord[] {
    const folder = join(this.#folder, "running");
    return namesIn(folder).flatMap((name) => {
      try {
        return parseAttemptRecord(readFileSync(join(folder, name), "utf8")) ?? [];
      } catch (error) {
        // Settled since it was listed.
        if (errnoOf(error) === "ENOENT") return [];
        throw error;
      }
    });
  }

  /** The next number that was never given, its folder made. */
  #takeNumber(jobKey: string): number {
    const folder = join(this.#folder, jobKey);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (;;) {
      const number = Math.max(0, ...namesIn(folder).map(Number).filter(Number.isSafeInteger)) + 1;
      try {
        mkdirSync(join(folder, String(number)), { mode: 0o700 });
        return number;
      } catch (error) {
        if (errnoOf(error) !== "EEXIST") throw error;
      }
    }
  }

  #files(jobKey: string, number: number): AttemptFiles {
    const at = (name: string): string => join(this.#folder, jobKey, String(number), name);
    return { claim: at("claim"), stdout: at("stdout"), stderr: at("stderr"), command: at("command") };
  }

  #recordPath({ job_key, number }: Pick<AttemptRecord, "job_key" | "number">): string {
    return join(this.#folder, "running", `${job_key}.${number}`);
  }
}

/** A job's commands on this machine, as their markers name them. */
function placeOf(jobKey: string): QueuePlace {
  return { instanceId: "jobs", queueId: jobKey };
}
