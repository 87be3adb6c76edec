import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach } from "vitest";

export interface WorkerProcess {
  readonly name: string;
  /** What went wrong, a line each. */
  readonly problems: readonly string[];
  /** Resolves once it takes jobs. */
  readonly ready: Promise<void>;
  /** Sends the signal, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface WorkerProcessOptions {
  /** The bundle of `worker-driver.ts`. */
  readonly driver: string;
  readonly database: string;
  readonly name: string;
  readonly leaseMs: number;
  readonly maxConcurrent?: number;
}

export interface WorkerProcesses {
  start(options: WorkerProcessOptions): WorkerProcess;
  /** Also of those that have ended. */
  problems(): readonly string[];
}

/** Worker processes, none of which outlives its test. */
export function useWorkerProcesses(): WorkerProcesses {
  const started: WorkerProcess[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((worker) => worker.end("SIGKILL")));
  });
  return {
    start: (options) => {
      const worker = startWorkerProcess(options);
      started.push(worker);
      return worker;
    },
    problems: () => started.flatMap(({ problems }) => problems),
  };
}

function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const { driver, database, name, leaseMs, maxConcurrent = 1 } = options;
  const args = [driver, database, name, String(leaseMs), String(maxConcurrent)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said.push(...text.split("\n").filter(Boolean));
        if (said.includes("ready")) resolve();
      });
    }
  });
  return {
    name,
    get problems() {
      return said.filter((line) => line !== "ready");
    },
    ready,
    end: (signal) => end(child, signal),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}
