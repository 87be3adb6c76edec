import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKER_VARIABLE, markedCommands, markedProcesses } from "./marked-processes.js";
import type { RunnerProgram } from "./runner-programs.js";

export interface RunnerEnd {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stderr: string;
}

/** A journal's record, as its line says it. */
export type JournalLine = Readonly<Record<string, unknown>> & { readonly seq: number; readonly type: string };

/** The runner's program alone, in a root, a work folder and a store of its own. */
export class RunnerRig {
  readonly #program: RunnerProgram;
  readonly #folder: string;
  readonly #marker = randomUUID();
  readonly queueId: string;
  readonly root: string;
  readonly work: string;
  readonly store: string;

  /** @param parent where the rig makes its folder. */
  constructor(program: RunnerProgram, file: Readonly<Record<string, unknown>>, parent = tmpdir()) {
    this.#program = program;
    this.#folder = realpathSync(mkdtempSync(join(parent, "spawn-runner-")));
    this.queueId = String(file.queue_id);
    this.root = join(this.#folder, "root");
    this.work = join(this.#folder, "work");
    this.store = join(this.#folder, "store");
    mkdirSync(this.state, { recursive: true });
    mkdirSync(join(this.work, "marks"), { recursive: true });
    writeFileSync(join(this.state, "queue.json"), JSON.stringify(file));
  }

  get state(): string {
    return join(this.root, "var/lib/spawn-queue");
  }

  get journalPath(): string {
    return join(this.state, "journal.jsonl");
  }

  /** The folder of the attempts' claim files. */
  get claims(): string {
    return join(this.state, "claims");
  }

  /** An attempt's own output file. */
  attemptLog(job: string, attempt: number, stream: "stdout" | "stderr"): string {
    return join(this.root, "var/log/spawn-queue/attempts", `${job}.${attempt}.${stream}`);
  }

  /** A path below the queue's folder in the store. */
  stored(key: string): string {
    return join(this.store, this.queueId, key);
  }

  /** Makes an empty file in the jobs' work folder. */
  write(name: string): void {
    writeFileSync(join(this.work, name), "");
  }

  /** The runner's whole command line. */
  argv(more: readonly string[] = []): readonly [string, ...string[]] {
    const [program, ...before] = this.#program.argv;
    return [
      program,
      ...before,
      "run",
      ...["--root", this.root],
      // Of its own: attempts are found by it, and rigs run side by side.
      ...["--instance-id", `local-${this.#marker}`],
      ...["--working-directory", this.work],
      ...["--store", this.store],
      ...more,
    ];
  }

  /** Starts the runner; `wrap` may put a program of its own before it. */
  start(more: readonly string[] = [], wrap: readonly string[] = []): RunnerProcess {
    const [program, ...args] = [...wrap, ...this.argv(more)];
    if (program === undefined) throw new Error("no program");
    return new RunnerProcess(
      spawn(program, args, {
        cwd: this.root,
        detached: true,
        stdio: ["ignore", "ignore", "pipe"],
        env: { PATH: process.env.PATH, TZ: "UTC", [MARKER_VARIABLE]: this.#marker },
      }),
    );
  }

  /** The complete records of the journal, in order. */
  records(): readonly JournalLine[] {
    return completeLines(this.journalPath)
      .slice(1)
      .map((line) => parseLine(line));
  }

  /** Resolves once the journal has `count` complete records, or the runner has ended. */
  async recorded(count: number, runner: RunnerProcess): Promise<void> {
    await this.#journaled(() => completeLines(this.journalPath).length > count, runner);
  }

  /** Resolves once a record matches, or the runner has ended. */
  async record(matches: (line: JournalLine) => boolean, runner: RunnerProcess): Promise<void> {
    await this.#journaled(() => this.records().some(matches), runner);
  }

  async #journaled(accept: () => boolean, runner: RunnerProcess): Promise<void> {
    const watcher = watch(this.state);
    try {
      const came = new Promise<void>((resolve) => {
        const look = (): void => {
          if (accept()) resolve();
        };
        watcher.on("change", look);
        look();
      });
      await Promise.race([came, runner.ended]);
    } finally {
      watcher.close();
    }
  }

  /** Command lines of all that still runs and came of this rig's runners. */
  leftovers(): readonly string[] {
    return markedCommands(this.#marker);
  }

  /** SIGKILL to all that came of this rig's runners, the runner last of all or first: as when the power goes. */
  killEverything(): void {
    for (;;) {
      const pids = markedProcesses(this.#marker);
      if (pids.length === 0) return;
      for (const pid of pids) kill(pid);
    }
  }

  dispose(): void {
    this.killEverything();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A runner that runs beside the test. */
export class RunnerProcess {
  readonly ended: Promise<RunnerEnd>;
  readonly pid: number;

  constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new Error("the runner was not started");
    this.pid = child.pid;
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // Not "close": attempts do not hold the runner's standard error, but a mistake there must not hang the test.
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => setImmediate(() => resolve({ code, stderr })));
    });
  }

  /** SIGKILL: it can neither notice nor tidy up. Harmless once it has ended. */
  async kill(): Promise<RunnerEnd> {
    kill(this.pid);
    return await this.ended;
  }
}

function completeLines(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

function parseLine(line: string): JournalLine {
  const value: unknown = JSON.parse(line);
  if (!isJournalLine(value)) throw new Error(`no record: ${line}`);
  return value;
}

function isJournalLine(value: unknown): value is JournalLine {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "seq") === "number" &&
    typeof Reflect.get(value, "type") === "string"
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended by itself.
  }
}
