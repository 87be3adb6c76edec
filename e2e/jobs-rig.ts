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

/** `spawn jobs` and `spawn worker` in a rig of their own, on the rig's default job queue. */
export class JobsRig {
  readonly rig: CliRig;

  constructor(rig: CliRig) {
    this.rig = rig;
  }

  get database(): string {
    return join(this.rig.home, ".local/share/spawn/jobs.db");
  }

  async jobs(...args: readonly string[]): Promise<CommandResult> {
    return await this.rig.run(["jobs", ...args]);
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
    const worker = this.rig.start(["worker", ...args], options);
    await worker.line(/ takes jobs from /);
    return worker;
  }

  /** Resolves once the job is over, with its row. */
  async over(id: number): Promise<JobJson> {
    await this.jobs("logs", String(id), "-f");
    return await this.job(id);
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
