import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type ImdsServer, startImdsServer } from "../apps/runner/src/testing/imds-server.js";
import { type StubPrograms, stubPrograms } from "../apps/runner/src/testing/stub-programs.js";
import type { MotoServer } from "../packages/result-store/src/testing/moto-server.js";
import { killMarked, MARKER_VARIABLE } from "./marked-processes.js";
import type { RunnerProgram } from "./runner-programs.js";

const PATIENCE_MS = 40_000;
const ROLE_PATH = "meta-data/iam/security-credentials/";

type AgentAws = Pick<MotoServer, "endpoint" | "account">;

/** An EC2 instance as its agent sees it: metadata, role, AWS, a store, and programs that would end the machine. */
export class AgentRig {
  readonly #program: RunnerProgram;
  readonly #moto: AgentAws;
  readonly #marker = randomUUID();
  readonly folder: string;
  readonly imds: ImdsServer;
  readonly stubs: StubPrograms;
  readonly queueId: string;
  #agent: ChildProcess | undefined;

  private constructor(program: RunnerProgram, moto: AgentAws, imds: ImdsServer, queueId: string) {
    this.#program = program;
    this.#moto = moto;
    this.imds = imds;
    this.queueId = queueId;
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "spawn-agent-")));
    this.stubs = stubPrograms(join(this.folder, "bin"), ["shutdown", "systemctl", "wall"]);
    mkdirSync(join(this.folder, "marks"));
  }

  /** With `queue` in its store, as the launcher leaves it. */
  static async make(program: RunnerProgram, moto: AgentAws, queue: { queue_id: string }): Promise<AgentRig> {
    const imds = await startImdsServer({
      "meta-data/instance-id": newInstanceId(),
      "meta-data/instance-life-cycle": "on-demand",
      [ROLE_PATH]: "spawn-role",
      [`${ROLE_PATH}spawn-role`]: JSON.stringify({
        Code: "Success",
        AccessKeyId: "ASIATEST",
        SecretAccessKey: "secret",
        Token: "token",
        Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
      }),
    });
    const rig = new AgentRig(program, moto, imds, queue.queue_id);
    mkdirSync(rig.stored(""), { recursive: true });
    writeFileSync(rig.stored("queue.json"), JSON.stringify(queue));
    return rig;
  }

  get root(): string {
    return join(this.folder, this.instanceId);
  }

  get instanceId(): string {
    return this.imds.values.get("meta-data/instance-id") ?? "";
  }

  /** A new machine, with nothing on its disk. */
  becomeAnother(): void {
    this.imds.values.set("meta-data/instance-id", newInstanceId());
  }

  /** A path below the queue's folder in the store. */
  stored(key: string): string {
    return join(this.folder, "store", this.queueId, key);
  }

  mark(name: string): string {
    return join(this.folder, "marks", name);
  }

  /** Writes the configuration; `lifeMs` from now on. */
  configure(lifeMs: number, changes: Readonly<Record<string, unknown>> = {}): void {
    const config = {
      schema_version: 1,
      queue_id: this.queueId,
      generation: 1,
      region: "us-east-1",
      account: this.#moto.account,
      store: `${join(this.folder, "store")}/`,
      deadline: new Date(Date.now() + lifeMs).toISOString(),
      idle_timeout_ms: null,
      on_complete: "terminate",
      keep_on_failure_ms: 0,
      completion_file: join(this.folder, "SPAWN_COMPLETE"),
      completion_delay_ms: 500,
      workdir: null,
      resume: null,
      run_as: null,
      ...changes,
    };
    writeFileSync(join(this.folder, "agent.json"), JSON.stringify(config), { mode: 0o600 });
  }

  /** Starts the agent, as its unit does. */
  start(): void {
    const [command, ...args] = this.#program.argv;
    const log = openSync(join(this.folder, "agent.log"), "a");
    this.#agent = spawn(
      command,
      [...args, "agent", "--config", join(this.folder, "agent.json"), "--root", this.root],
      {
        stdio: ["ignore", log, log],
        env: {
          PATH: `${this.stubs.folder}:${process.env.PATH}`,
          AWS_ENDPOINT_URL: this.#moto.endpoint,
          AWS_EC2_METADATA_SERVICE_ENDPOINT: this.imds.endpoint,
          MARKS: join(this.folder, "marks"),
          [MARKER_VARIABLE]: this.#marker,
        },
      },
    );
  }

  get pid(): number {
    return this.#agent?.pid ?? 0;
  }

  /** Ends the agent and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const code = this.ended();
    this.#agent?.kill(signal);
    return await code;
  }

  /** Resolves with the agent's exit code, `null` when a signal ended it. */
  ended(): Promise<number | null> {
    const agent = this.#agent;
    if (agent === undefined) throw new Error("the agent was never started");
    if (agent.exitCode !== null || agent.signalCode !== null) return Promise.resolve(agent.exitCode);
    return new Promise((resolve) => agent.once("exit", resolve));
  }

  /** Leaves a request in the store. */
  ask(id: string, request: object): void {
    mkdirSync(this.stored("requests"), { recursive: true });
    writeFileSync(this.stored(`requests/${id}.json`), JSON.stringify(request));
  }

  /** Empty while there is none. */
  status(): Readonly<Record<string, unknown>> {
    if (!existsSync(this.stored("status.json"))) return {};
    return JSON.parse(readFileSync(this.stored("status.json"), "utf8")) as Readonly<Record<string, unknown>>;
  }

  log(): string {
    return readFileSync(join(this.folder, "agent.log"), "utf8");
  }

  /** Every file on the instance, in its store and of its log that holds a text. */
  filesWith(text: string): readonly string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path).includes(text));
  }

  /** Resolves once a condition holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited in vain until ${what}; the agent says:\n${this.log()}`);
      await wait(20);
    }
  }

  async untilMark(name: string): Promise<void> {
    await this.until(`the mark ${name}`, () => existsSync(this.mark(name)));
  }

  async remove(): Promise<void> {
    if (this.#agent !== undefined) await this.kill("SIGKILL");
    // What the end of a real machine would have ended.
    killMarked(this.#marker);
    await this.imds.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Attempts are found by it, and rigs run side by side. */
function newInstanceId(): string {
  return `i-${randomUUID().replaceAll("-", "").slice(0, 17)}`;
}
