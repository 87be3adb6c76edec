import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  isAlive,
  type ProcessIdentity,
  processGroups,
  processIdentity,
  startAttempt,
} from "@spawn/attempt-runner";
import { systemClock } from "@spawn/foundation";
import type { AbortReason, JsonValue, LogLevel, RunningJob } from "@spawn/job-queue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandAttempts } from "./command-attempts.js";
import { commandHandler } from "./command-handler.js";
import { jobKey } from "./job-place.js";

const LOCATION = "/data/jobs.db";

let folder: string;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-command-"));
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function jobWith(config: JsonValue): RunningJob {
  return {
    jobId: 12,
    jobType: "training",
    status: "running",
    priority: 5,
    config,
    needs: "command",
    createdAt: "2026-01-27T10:00:00.000Z",
    startedAt: "2026-01-27T10:00:00.000Z",
    leaseExpiresAt: "2026-01-27T10:00:30.000Z",
    cancelRequested: false,
    workerId: "worker-01",
    retryCount: 1,
    maxRetries: 3,
  };
}

function self(): ProcessIdentity {
  const identity = processIdentity(process.pid);
  if (identity === undefined) throw new Error("no such process");
  return identity;
}

async function run(
  config: Readonly<Record<string, JsonValue>>,
  { signal = new AbortController().signal, env = {}, holdsJob = true } = {},
) {
  const log = async (level: LogLevel, message: string): Promise<void> => {
    logged.push(`${level} ${message}`);
  };
  const handler = commandHandler({
    manager: {
      logJobMessage: async (_, level, message) => {
        if (!holdsJob) return undefined;
        await log(level, message);
        return logged.length;
      },
    },
    location: LOCATION,
    attempts: new CommandAttempts(join(folder, "jobs"), self(), processGroups()),
    containment: processGroups(),
    clock: systemClock(),
    env: { PATH: process.env.PATH, ...env },
  });
  return await handler({ job: jobWith({ working_directory: folder, ...config }), signal, log });
}

describe("a command job", () => {
  it("completes, with its output in files and in the log, and knows who it is", async () => {
    const command =
      'echo "$SPAWN_JOB_ID $SPAWN_JOB_TYPE $SPAWN_JOB_ATTEMPT $SPAWN_WORKER_ID in $PWD"; echo oh >&2';
    expect(await run({ command })).toEqual({ kind: "completed" });
    expect(logged[0]).toContain("Attempt 2 of 4 starts on worker-01");
    expect(logged).toContain(`INFO 12 training 2 worker-01 in ${folder}`);
    expect(logged).toContain("WARNING oh");
    const attempt = join(folder, "jobs", jobKey(LOCATION, jobWith({})), "1");
    expect(readFileSync(join(attempt, "stderr"), "utf8")).toBe("oh\n");
  });

  it("fails with its exit code and its last words, masked", async () => {
    const config = { command: 'echo "bad token $T" >&2; exit 3', environment: { T: "${TOKEN}" } };
    const outcome = await run(config, { env: { TOKEN: "s3cret-value" } });
    expect(outcome).toEqual({ kind: "failed", errorMessage: "exit code 3: bad token ***" });
    expect(logged.join("\n")).not.toContain("s3cret");
  });

  it("fails for good where a variable is set nowhere, and for a while where its folder is not there", async () => {
    expect(await run({ command: "true", environment: { T: "${TOKEN}" } })).toMatchObject({
      kind: "failed",
      retry: false,
      errorMessage: expect.stringContaining("${TOKEN}"),
    });
    const outcome = await run({ command: "true", working_directory: join(folder, "nowhere") });
    expect(outcome).toMatchObject({ kind: "failed", errorMessage: expect.stringContaining("nowhere") });
    expect(outcome).not.toHaveProperty("retry");
  });

  it.each<[string, AbortReason | "timeout"]>([
    ["its timeout", "timeout"],
    ["a cancel", { kind: "cancel-requested" }],
    ["the worker's stop", { kind: "stopping" }],
    ["the loss of the job", { kind: "lease-lost" }],
  ])("is ended by %s, with all that it has started", async (_, reason) => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    const command = `setsid sleep 600 & echo $! > pids; sleep 600 & echo $! >> pids; : > '${fifo}'; wait`;
    const stop = new AbortController();
    const running = run(
      { command, ...(reason === "timeout" ? { timeout: "1s" } : {}) },
      { signal: stop.signal },
    );
    // Opened by the command once it has started everything.
    await readFile(fifo);
    if (reason !== "timeout") stop.abort(reason);
    expect(await running).toMatchObject({
      kind: "failed",
      errorMessage: reason === "timeout" ? "timed out after 1s" : expect.any(String),
    });
    const pids = readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(processIdentity(pid)).toBeUndefined();
  });

  it("is not started when the job was lost before", async () => {
    await run({ command: "touch started" }, { holdsJob: false });
    expect(existsSync(join(folder, "started"))).toBe(false);
  });
});

describe("a command whose worker was killed", () => {
  /** Starts a command as a worker would that is dead by now. */
  async function orphan(): Promise<ProcessIdentity> {
    const worker = spawn("sleep", ["600"]);
    const identity = processIdentity(worker.pid ?? 0);
    if (identity === undefined) throw new Error("sleep was not started");
    const attempts = new CommandAttempts(join(folder, "jobs"), identity, processGroups());
    const { files, marker } = attempts.begin(jobKey(LOCATION, jobWith({})), {
      location: LOCATION,
      jobId: 12,
    });
    startAttempt({
      command: "echo $$ > pid; exec sleep 600",
      cwd: folder,
      env: { PATH: process.env.PATH ?? "" },
      files,
      background: "kill",
      marker,
    });
    worker.kill("SIGKILL");
    await once(worker, "exit");
    const pid = await vi.waitFor(() => {
      const text = readFileSync(join(folder, "pid"), "utf8").trim();
      expect(text).toMatch(/^\d+$/);
      return Number(text);
    });
    const found = processIdentity(pid);
    if (found === undefined) throw new Error("the orphan is gone");
    return found;
  }

  it("does not run beside the job's next attempt", async () => {
    const before = await orphan();
    writeFileSync(join(folder, "pid-before"), String(before.pid));
    const command = 'if kill -0 "$(cat pid-before)" 2>/dev/null; then exit 9; fi';
    expect(await run({ command })).toEqual({ kind: "completed" });
    expect(isAlive(before)).toBe(false);
    expect(logged[0]).toContain("Ended what still ran of the attempt before");
  });

  it("is ended by the next worker that starts, which leaves alone what another worker runs", async () => {
    const before = await orphan();
    const attempts = new CommandAttempts(join(folder, "jobs"), self(), processGroups());
    const mine = attempts.begin("13-abc", { location: LOCATION, jobId: 13 });
    expect(await attempts.endOrphans()).toBe(1);
    expect(isAlive(before)).toBe(false);
    expect(existsSync(mine.files.claim)).toBe(false);
    expect(await attempts.endOrphans()).toBe(0);
  });
});
