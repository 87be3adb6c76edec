import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CliRig } from "./cli-rig.js";
import { JobsRig } from "./jobs-rig.js";
import { test } from "./rig-test.js";
import type { CommandResult } from "./running-command.js";

const MOMENT = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

describe("the guide's session", { timeout: 180_000 }, () => {
  test("command by command, with its outputs", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const said = async (...args: readonly string[]): Promise<string> => {
      const result = await rig.run(args);
      expect(result.code, `${args.join(" ")}\n${result.stderr}`).toBe(0);
      return result.stdout;
    };
    const training = [
      "echo 'Starting training'",
      "echo 'Epoch 1/10 - loss: 0.45'",
      "echo 'GPU memory at 85%' >&2",
    ];
    rig.write("config.json", JSON.stringify({ command: training.join("; ") }, undefined, 2));

    // Submit
    const fromFile = ["--config", "config.json", "--priority", "7", "--max-retries", "3"];
    expect(await said("jobs", "submit", "--type", "training", ...fromFile)).toBe("✅ Submitted job 1\n");
    const fromText = ["--config", '{"dataset": "test"}', "--priority", "5"];
    expect(await said("jobs", "submit", "--type", "evaluation", ...fromText)).toBe("✅ Submitted job 2\n");

    // List
    const all = await said("jobs", "list");
    expect(all).toMatch(
      /^ID +Type +Status +Priority +Retries +Created +Worker\n-{80,}\n2 +evaluation +pending +5 /,
    );
    expect(all).toMatch(/^1 +training +pending +7 +0\/3 /m);
    expect(JSON.parse(await said("jobs", "list", "--status", "pending", "--json"))).toHaveLength(2);
    expect(await said("jobs", "list", "--type", "training", "--limit", "20")).not.toContain("evaluation");

    // A worker takes what it can do, and leaves the rest alone
    const worker = await rig.run(["worker", "--worker-id", "worker-01", "--max-jobs", "1"]);
    expect(worker.code).toBe(0);
    expect(worker.stderr).toMatch(/▶ job 1 \(training\) started[\s\S]*✓ job 1 \(training\) completed/);

    // Show
    expect(await said("jobs", "show", "1")).toMatch(
      new RegExp(
        [
          "^Job ID: 1",
          "Type: training",
          "Status: completed",
          "Priority: 7",
          `Created: ${MOMENT} UTC`,
          `Started: ${MOMENT} UTC`,
          `Completed: ${MOMENT} UTC`,
          "Worker: worker-01",
          "Retries: 0/3",
          "",
          "Configuration:",
          "\\{",
          '  "command": ',
        ].join("\n"),
      ),
    );

    // Logs
    const log = await said("jobs", "logs", "1");
    expect(log.split("\n").slice(0, 2)).toEqual(["Logs for job 1:", "-".repeat(80)]);
    expect(log).toMatch(new RegExp(`^\\[${MOMENT}\\] INFO: Starting training$`, "m"));
    expect(log).toMatch(new RegExp(`^\\[${MOMENT}\\] INFO: Epoch 1/10 - loss: 0.45$`, "m"));
    expect(log).toMatch(new RegExp(`^\\[${MOMENT}\\] WARNING: GPU memory at 85%$`, "m"));

    // Cancel, retry
    expect(await said("jobs", "cancel", "2")).toBe("✅ Cancelled job 2\n");
    expect(await said("jobs", "retry", "2")).toBe("✅ Job 2 reset to pending (will retry)\n");

    // Schedules
    const created = await said(
      ...["jobs", "schedule", "create", "--name", "daily-train", "--type", "training"],
      ...["--expr", "0 2 * * *", "--config", "config.json", "--priority", "5"],
    );
    expect(created).toMatch(
      /^✅ Created schedule 'daily-train' with ID=1\n {3}Expression: 0 2 \* \* \*\n {3}Next run: \d{4}-\d\d-\d\dT02:00:00\+00:00\n$/,
    );
    const hourly = ["--expr", "0 * * * *", "--config", "{}", "--timezone", "Asia/Kolkata"];
    await said("jobs", "schedule", "create", "--name", "hourly-eval", "--type", "evaluation", ...hourly);
    const listed = (await said("jobs", "schedule", "list")).split("\n");
    expect(listed[0]).toBe("ID     Name                 Type         Expression      Enabled  Next Run");
    expect(listed[1]).toMatch(/^-{90,}$/);
    expect(listed[2]).toMatch(
      /^1 {6}daily-train {10}training {5}0 2 \* \* \* {7}✓ {8}\d{4}-\d\d-\d\dT02:00:00\+00:00$/,
    );
    expect(listed[3]).toMatch(
      /^2 {6}hourly-eval {10}evaluation {3}0 \* \* \* \* {7}✓ {8}.*T\d\d:00:00\+05:30$/,
    );
    expect(await said("jobs", "schedule", "disable", "1")).toBe("✅ Disabled schedule 1\n");
    expect(await said("jobs", "schedule", "list")).toMatch(/^1 .* ✗ +-$/m);
    expect(await said("jobs", "schedule", "enable", "1")).toMatch(/^✅ Enabled schedule 1\n/);
    expect(await said("jobs", "schedule", "delete", "hourly-eval")).toBe("✅ Deleted schedule 2\n");

    // Statistics, and the troubleshooting
    expect(await said("jobs", "stats")).toMatch(
      /^Queue Statistics:\n-{40}\nPending: {9}1\nRunning: {9}0\nCompleted: {7}1\nFailed: {10}0\nCancelled: {7}0\n-{40}\nTotal: {11}2\n/,
    );
    expect(await said("jobs", "stats")).toContain("type evaluation (a handler of your own): 1");
    await queue.submit({ command: "echo 'CUDA error' >&2; exit 3" }, "--max-retries", "0");
    await said("worker", "--max-jobs", "1");
    expect(await said("jobs", "stats", "--by-error")).toContain("\n  1: exit code 3: CUDA error\n");
    expect(await said("jobs", "stale")).toBe("Found 0 stale jobs\n");

    // Backup, and what it holds; prune
    expect(await said("jobs", "backup", "backup.db")).toContain("to backup.db");
    expect(JSON.parse(await said("jobs", "list", "--json", "--db", "backup.db"))).toHaveLength(3);
    expect(await said("jobs", "prune", "--older-than", "1ms")).toBe("✅ Removed 2 jobs\n");
    expect(await queue.states()).toEqual(["2 pending"]);
    expect(JSON.parse(await said("jobs", "list", "--json", "--db", "backup.db"))).toHaveLength(3);
    expect(rig.leftovers()).toEqual([]);
  });
});

describe("the guide's deployment", { timeout: 120_000 }, () => {
  test("three workers share a job queue in WAL mode: each job is run once", async ({ rig }) => {
    const queue = new JobsRig(rig, ["--db", "production.db"]);
    const jobs = 9;
    for (let job = 1; job <= jobs; job += 1)
      await queue.submit({ command: 'echo "$SPAWN_JOB_ID" >> order' }, "--priority", "5");
    const workers = [1, 2, 3].map((i) =>
      rig.start([
        ...["worker", "--worker-id", `worker-0${i}`, "--max-jobs=None", "--poll-interval", "3.0"],
        ...["--db", "production.db"],
      ]),
    );
    for (let id = 1; id <= jobs; id += 1) expect(await queue.over(id)).toMatchObject({ status: "completed" });
    for (const worker of workers) {
      worker.signal("SIGTERM");
      expect((await worker.result).code).toBe(0);
    }
    const ran = rig.read("order").trim().split("\n").map(Number);
    expect(ran.sort((a, b) => a - b)).toEqual(Array.from({ length: jobs }, (_, i) => i + 1));
    // Bytes 18 and 19 of the header: 2 is WAL.
    expect([...readFileSync(join(rig.cwd, "production.db")).subarray(18, 20)]).toEqual([2, 2]);
    expect(rig.leftovers()).toEqual([]);
  });
});

describe("what is refused", { timeout: 180_000 }, () => {
  test("has a clear error and an exit code, and changes nothing", async ({ rig }) => {
    const queue = new JobsRig(rig);
    const job = await queue.submit({ command: "true" });
    const before = await queue.states();
    rig.write("large.json", JSON.stringify({ blob: "x".repeat(10 * 2 ** 20) }));
    rig.write("broken.json", '{\n  "command": "x",\n}\n');
    rig.write("pipeline.json", JSON.stringify({ jobs: [{ job_id: "a", comand: "true" }] }));
    const submit = (config: string, ...more: readonly string[]): readonly string[] => [
      ...["submit", "--type", "training", "--config", config],
      ...more,
    ];
    const schedule = (...more: readonly string[]): readonly string[] => [
      ...["schedule", "create", "--name", "s", "--type", "training", "--config", "{}"],
      ...more,
    ];
    const cases: readonly (readonly [number, string | RegExp, readonly string[]])[] = [
      [2, "priority 0 is not a whole number from 1 to 10", submit("{}", "--priority", "0")],
      [2, "priority 11 is not a whole number from 1 to 10", submit("{}", "--priority", "11")],
      [2, "max_retries -1", submit("{}", "--max-retries", "-1")],
      [2, "broken.json:3:1: not JSON", submit("broken.json")],
      [2, "--config:1:2: not JSON", submit("{nope}")],
      [2, "there is no file nowhere.json", submit("nowhere.json")],
      [2, /config has 1048\d+ bytes as JSON, more than the 1 MiB/, submit("large.json")],
      [2, "there is no queue file", submit('{"queue": "nowhere.json"}')],
      [2, "comand", submit('{"queue": "pipeline.json"}')],
      [2, "Did you mean working_directory?", submit('{"command": "x", "workng_directory": "/"}')],
      [2, "Missing required flag --type", ["submit", "--config", "{}"]],
      [2, "60", schedule("--expr", "60 2 * * *")],
      [
        2,
        /minute "61"[\s\S]*hour "25"[\s\S]*day of month "0"[\s\S]*month "13"[\s\S]*day of week "x"/,
        schedule("--expr", "61 25 0 13 x"),
      ],
      [2, "has 4 fields, not five", schedule("--expr", "0 2 * *")],
      [2, 'there is no time zone "Mars/Base"', schedule("--expr", "0 2 * * *", "--timezone", "Mars/Base")],
      [2, "--status nope: not one of", ["list", "--status", "nope"]],
      [2, "abc: not an id", ["show", "abc"]],
      [2, "there is no job queue", ["list", "--db", "typo.db"]],
      [3, "there is no job 99", ["show", "99"]],
      [3, "there is no job 99", ["logs", "99"]],
      [3, "there is no job 99", ["cancel", "99"]],
      [3, "there is no schedule 9", ["schedule", "disable", "9"]],
      [1, `job ${job} is pending: only a failed or cancelled job can be retried`, ["retry", String(job)]],
    ];
    for (const [code, message, args] of cases) {
      const result = await queue.jobs(...args);
      expect(result.stderr, args.join(" ").slice(0, 200)).toMatch(
        message instanceof RegExp ? message : new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
      );
      expect(result.code, `${args.join(" ").slice(0, 200)}\n${result.stderr}`).toBe(code);
      expect(result.stderr).not.toMatch(/^ {4}at |internal error/m);
    }
    expect(await queue.states()).toEqual(before);
    expect(existsSync(join(rig.cwd, "typo.db"))).toBe(false);
  });

  test("a job queue of a newer version, a damaged one, and none at all", async ({ rig }) => {
    const queue = new JobsRig(rig);
    await queue.submit({ command: "true" });
    const sound = readFileSync(queue.database);
    const refused = async (code: number, message: string): Promise<void> => {
      const bytes = readFileSync(queue.database);
      for (const args of [
        ["jobs", "list"],
        ["worker", "--max-jobs", "1"],
      ]) {
        const result = await rig.run(args);
        expect(result.code, result.stderr).toBe(code);
        expect(result.stderr).toContain(message);
        expect(result.stderr).not.toMatch(/^ {4}at |internal error/m);
      }
      expect(readFileSync(queue.database).equals(bytes)).toBe(true);
    };
    queue.sql("PRAGMA user_version = 999");
    await refused(1, "was written by a newer spawn");

    const damaged = Buffer.from(sound);
    damaged.fill(0x5a, 100, Math.min(damaged.length, 40_000));
    replace(queue.database, damaged);
    await refused(1, "is damaged");

    replace(queue.database, Buffer.from("these are my notes, and no database\n".repeat(100)));
    await refused(1, "no SQLite database");

    replace(queue.database, sound);
    expect(await queue.states()).toEqual(["1 pending"]);
  });

  test("a job queue that may not be written: exit 4, with its name", async ({ rig }) => {
    rig.openToAll();
    const folder = join(rig.cwd, "shared");
    mkdirSync(folder);
    const database = join(folder, "team.db");
    const submit = ["jobs", "submit", "--type", "t", "--config", "{}", "--db", database];
    expect((await rig.run(submit)).code).toBe(0);
    const bytes = readFileSync(database);
    chmodSync(database, 0o444);
    chmodSync(folder, 0o555);
    for (const args of [
      submit,
      ["worker", "--max-jobs", "1", "--db", database],
      ["scheduler", "--db", database],
    ]) {
      const result = await runAsOrdinaryUser(rig, args);
      expect(result.code, result.stderr).toBe(4);
      expect(result.stderr).toContain(database);
      expect(result.stderr).not.toMatch(/^ {4}at |internal error/m);
      expect(readFileSync(database).equals(bytes)).toBe(true);
    }
    chmodSync(folder, 0o755);
  });
});

/** Runs `spawn` as somebody whom file modes bind: root is nobody then. */
async function runAsOrdinaryUser(rig: CliRig, args: readonly string[]): Promise<CommandResult> {
  if (process.getuid?.() !== 0) return await rig.run(args);
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, rig.cli, ...args];
  return await rig.startProgram("setpriv", nobody).result;
}

/** Without the companions that SQLite keeps beside a database. */
function replace(path: string, bytes: Uint8Array): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
  writeFileSync(path, bytes);
}

describe("without --redis or --db", () => {
  test("the environment says which job queue is meant", async ({ rig }) => {
    const env = { SPAWN_JOBS_DB: "team.db" };
    const args = ["jobs", "submit", "--type", "t", "--config", "{}"];
    expect((await rig.run(args, { env })).stdout).toBe("✅ Submitted job 1\n");
    expect(existsSync(join(rig.cwd, "team.db"))).toBe(true);
  });
});

describe("other commands", () => {
  it("do not load what job queues are kept in", () => {
    // All that they import by themselves.
    const bundle = new URL("../apps/cli/dist/bundle/", import.meta.url);
    const seen = new Set<string>();
    const visit = (file: URL): void => {
      if (seen.has(file.href)) return;
      seen.add(file.href);
      const text = readFileSync(file, "utf8");
      expect(text, file.href).not.toMatch(
        /from"(better-sqlite3|bullmq|ioredis)"|import"(better-sqlite3|bullmq|ioredis)"/,
      );
      for (const [, next = ""] of text.matchAll(/(?:from|import)"(\.[^"]+\.js)"/g))
        visit(new URL(next, file));
    };
    const others = ["launch", "list", "connect", "queue/run", "queue/status", "queue/logs", "queue/resume"];
    for (const entry of ["main", "command-not-found", ...others.map((name) => `commands/${name}`)])
      visit(new URL(`${entry}.js`, bundle));
    expect(seen.size).toBeGreaterThan(others.length + 2);
  });
});
