import { randomUUID } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { JobGate } from "./job-gate.js";
import { killMarked, MARKER_VARIABLE, markedCommands } from "./marked-processes.js";
import { type CommandResult, RunningCommand } from "./running-command.js";
import { parseStatus, type StatusJson } from "./status-json.js";
import { waitForFile } from "./wait-for-file.js";

export const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(REPOSITORY, "apps/cli/bin/run.js");

export interface RunOptions {
  /** Default: the rig's work folder. */
  readonly cwd?: string;
  /** Added to the rig's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A home of its own for the built command-line program: folders, environment, and all processes that come of it. */
export class CliRig {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "spawn-e2e-")));
  readonly #marker = randomUUID();
  readonly #gates: JobGate[] = [];
  /** Where commands are given. */
  readonly cwd = join(this.#folder, "work");
  readonly home = join(this.#folder, "home");
  readonly stateHome = join(this.#folder, "state");
  /** The built program. */
  readonly cli = CLI;

  constructor() {
    for (const folder of [this.cwd, this.home, this.stateHome]) mkdirSync(folder);
  }

  /** What commands get. Little of the test's own environment: `CI` and the like would change what is tested. */
  get env(): Readonly<Record<string, string | undefined>> {
    return {
      PATH: process.env.PATH,
      // The runner under test, where it is not the one that comes with the build.
      SPAWN_RUNNER: process.env.SPAWN_RUNNER,
      HOME: this.home,
      XDG_STATE_HOME: this.stateHome,
      TZ: "UTC",
      [MARKER_VARIABLE]: this.#marker,
    };
  }

  /** Writes a file below the work folder; returns its path. */
  write(name: string, content: string | Uint8Array, mode = 0o644): string {
    const path = join(this.cwd, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.cwd, name), "utf8");
  }

  /** Writes a queue file; returns its name. */
  queue(file: Readonly<Record<string, unknown>>, name = "queue.json"): string {
    this.write(name, JSON.stringify(file));
    return name;
  }

  gate(name: string): JobGate {
    const gate = new JobGate(this.cwd, name);
    this.#gates.push(gate);
    return gate;
  }

  /** Starts `spawn` with these arguments. */
  start(args: readonly string[], options: RunOptions = {}): RunningCommand {
    return this.startProgram(process.execPath, [CLI, ...args], options);
  }

  startProgram(program: string, args: readonly string[], options: RunOptions = {}): RunningCommand {
    return new RunningCommand(program, args, {
      cwd: options.cwd ?? this.cwd,
      env: { ...this.env, ...options.env },
    });
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    return await this.start(args, options).result;
  }

  /** Runs a queue in the foreground to its end. */
  async runQueue(
    file: string,
    options: RunOptions & { readonly args?: readonly string[] } = {},
  ): Promise<{
    readonly result: CommandResult;
    readonly status: StatusJson;
  }> {
    const result = await this.run(["queue", "run", file, "--json", ...(options.args ?? [])], options);
    return { result, status: parseOutput(result) };
  }

  /** Launches a queue on this machine; returns what `launch --json` says. */
  async launch(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Launched> {
    const result = await this.run(
      ["launch", "--provider", "local", "--batch-queue", file, "--json", ...args],
      options,
    );
    if (result.code !== 0) throw new Error(`launch exited with ${result.code}: ${result.stderr}`);
    const value: unknown = JSON.parse(result.stdout);
    if (!isLaunched(value)) throw new Error(`launch printed ${result.stdout}`);
    return value;
  }

  async status(ref: string): Promise<StatusJson> {
    return parseOutput(await this.run(["queue", "status", ref, "--json"]));
  }

  /** Waits until the queue's runner has left it, then returns the status. */
  async ended(ref: string): Promise<StatusJson> {
    await this.run(["queue", "status", ref, "--watch", "--refresh", "100ms"]);
    return await this.status(ref);
  }

  get instances(): readonly string[] {
    return readdirSync(join(this.stateHome, "spawn/instances")).filter((name) => name.startsWith("local-"));
  }

  /** A path below an instance's root; without an instance, of the only one. */
  instancePath(path: string, instance = this.instances[0]): string {
    if (instance === undefined) throw new Error("there is no instance");
    return join(this.stateHome, "spawn/instances", instance, path);
  }

  /** Resolves once a line of the queue's journal matches all of `parts`. */
  async journaled(parts: readonly string[], instance?: string): Promise<void> {
    await waitForFile(this.instancePath("var/lib/spawn-queue/journal.jsonl", instance), (text) =>
      text.split("\n").some((line) => parts.every((part) => line.includes(part))),
    );
  }

  /** Resolves once a line of a job's merged log matches. */
  async logged(job: string, pattern: RegExp, instance?: string): Promise<void> {
    await waitForFile(this.instancePath(`var/log/spawn-queue/${job}.log`, instance), (text) =>
      pattern.test(text),
    );
  }

  /** Pid of the runner that holds an instance's queue. */
  runnerPid(instance?: string): number {
    const folder = this.instancePath("var/lib/spawn-queue", instance);
    const epochs = readdirSync(folder).flatMap((name) => /^runner\.(\d+)$/.exec(name)?.[1] ?? []);
    const latest = epochs.map(Number).sort((a, b) => b - a)[0];
    const lock: { pid?: unknown } = JSON.parse(readFileSync(join(folder, `runner.${latest}`), "utf8"));
    if (typeof lock.pid !== "number") throw new Error(`no runner has ever held ${folder}`);
    return lock.pid;
  }

  /** Command lines of all that still runs and came of this rig's commands. */
  leftovers(): readonly string[] {
    return markedCommands(this.#marker);
  }

  /** Lets every user into the rig's folders. */
  openToAll(): void {
    for (const folder of [this.#folder, this.cwd, this.home]) chmodSync(folder, 0o777);
  }

  killAll(): void {
    killMarked(this.#marker);
  }

  dispose(): void {
    this.killAll();
    for (const gate of this.#gates) gate.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface Launched {
  readonly instance_id: string;
  readonly queue_id: string;
  readonly provider: string;
  readonly state: string;
  readonly results_location: string;
}

function isLaunched(value: unknown): value is Launched {
  if (typeof value !== "object" || value === null) return false;
  const keys = ["instance_id", "queue_id", "provider", "state", "results_location"];
  return keys.every((key) => typeof Reflect.get(value, key) === "string");
}

function parseOutput(result: CommandResult): StatusJson {
  try {
    return parseStatus(result.stdout);
  } catch (error) {
    throw new Error(`exit ${result.code}, stderr: ${result.stderr}`, { cause: error });
  }
}
