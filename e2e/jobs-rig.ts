import { createRequire } from "node:module";
import { join } from "node:path";
import { type CliRig, REPOSITORY, type RunOptions } from "./cli-rig.js";
import type { CommandResult, RunningCommand } from "./running-command.js";

/** What a test reads of a job's row. */
export interface JobJson {
  readonly job_id: number;
  readonly status: string;
  readonly priority: number;
  readonly config: unknown;
  readonly worker_id: string | null;
  readonly error_message: string | null;
  readonly retry_count: number;
  readonly started_at: string | null;
}

/** `spawn jobs` and `spawn worker` in a rig of their own. */
export class JobsRig {
  readonly rig: CliRig;
  /** The flags that say which job queue is meant; by default none. */
  readonly #place: readonly string[];
  readonly #env: NonNullable<RunOptions["env"]>;

  /** @param env added to the environment of all commands */
  constructor(rig: CliRig, place: readonly string[] = [], env: NonNullable<RunOptions["env"]> = {}) {
    this.rig = rig;
    this.#place = place;
    this.#env = env;
  }

  get database(): string {
    return join(this.rig.home, ".local/share/spawn/jobs.db");
  }

  async jobs(...args: readonly string[]): Promise<CommandResult> {
    return await this.spawn("jobs", ...args);
  }

  /** Any command of the job queue. */
  async spawn(...args: readonly string[]): Promise<CommandResult> {
    return await this.rig.run([...args, ...this.#place], { env: this.#env });
  }

  /** @returns the id of the new job */
  async submit(config: unknown, ...args: readonly string[]): Promise<number> {
    const words = ["submit", "--type", "training", "--config", JSON.stringify(config), "--json", ...args];
    const result = await this.jobs(...words);
    if (result.code !== 0) throw new Error(`submit exited with ${result.code}: ${result.stderr}`);
    const { job_id }: { job_id: number } = JSON.parse(result.stdout);
    return job_id;
  }

  async job(id: number): Promise<JobJson> {
    return JSON.parse((await this.jobs("show", String(id), "--json")).stdout);
  }

  /** Every job's state by its id, oldest first. */
  async states(): Promise<readonly string[]> {
    const rows: readonly JobJson[] = JSON.parse((await this.jobs("list", "--json")).stdout);
    return rows.map(({ job_id, status }) => `${job_id} ${status}`).reverse();
  }

  /** A worker that takes jobs. */
  async worker(args: readonly string[] = [], options: RunOptions = {}): Promise<RunningCommand> {
    const worker = this.rig.start(["worker", ...args, ...this.#place], {
      ...options,
      env: { ...this.#env, ...options.env },
    });
    await worker.line(/ takes jobs from /);
    return worker;
  }

  /** Resolves once the job is over, with its row. */
  async over(id: number): Promise<JobJson> {
    await this.jobs("logs", String(id), "-f");
    return await this.job(id);
  }

  /** `jobs logs -f` beside the test. */
  follow(id: number): RunningCommand {
    return this.rig.start(["jobs", "logs", String(id), "-f", ...this.#place], { env: this.#env });
  }

  /** As if all running jobs' workers had been silent for long. */
  endLeases(): void {
    this.sql("UPDATE jobs SET lease_expires_ms = 0 WHERE status = 'running'");
  }

  /** As if the waits of all retries were over. */
  endWaits(): void {
    this.sql("UPDATE jobs SET not_before = '2020-01-01T00:00:00.000Z' WHERE not_before IS NOT NULL");
  }

  /** As if the time of each schedule had come, and none of its times had had a job yet. */
  makeDue(): void {
    const past = "strftime('%Y-%m-%dT%H:%M:00.000Z', 'now', '-3 minutes')";
    this.sql(
      `DELETE FROM schedule_slots; UPDATE schedules SET next_run = ${past} WHERE next_run IS NOT NULL`,
    );
  }

  /** Changes the database as no command would. */
  sql(statement: string): void {
    const require = createRequire(join(REPOSITORY, "apps/cli/package.json"));
    const Database: new (path: string) => { exec(sql: string): void; close(): void } =
      require("better-sqlite3");
    const database = new Database(this.database);
    database.exec(statement);
    database.close();
  }
}
