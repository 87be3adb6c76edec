import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite, { type Database } from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newJob } from "../testing/contract-helpers.js";
import { MIGRATIONS } from "./migrations.js";
import { SqliteJobStore } from "./sqlite-job-store.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-jobs-"));
  path = join(folder, "jobs.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function withStore<Result>(use: (store: SqliteJobStore) => Promise<Result>): Promise<Result> {
  const store = await SqliteJobStore.open({ path });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

function withDatabase<Result>(use: (database: Database) => Result): Result {
  const database = new BetterSqlite(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Runs as a user whom the modes of files bind, which they do not bind root. */
async function asNobody<Result>(run: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe("a job queue's file", () => {
  it("is made with its folders, and is its owner's alone", async () => {
    path = join(folder, "deep", "er", "jobs.db");
    await withStore((store) => store.insertJob(newJob()));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "deep")).mode & 0o777).toBe(0o700);
  });

  it("has this schema; what changes it is a new migration", async () => {
    await withStore(async () => {});
    const schema = withDatabase((database) =>
      database
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
        .pluck()
        .all(),
    );
    expect(`-- version ${MIGRATIONS.length}\n${schema.join(";\n")}`).toMatchSnapshot();
  });

  it("is opened by many at once while it is new", async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => SqliteJobStore.open({ path })));
    for (const store of stores) await store.insertJob(newJob());
    expect(await stores[0]!.listJobs({ limit: 10 })).toHaveLength(8);
    for (const store of stores) await store.close();
  });

  it("keeps what was running across a reboot as pending, and counts that as a loss", async () => {
    await withStore(async (store) => {
      await store.insertJob(newJob());
      await store.claimJob({ workerId: "worker-01", leaseMs: 3_600_000 });
    });
    withDatabase((database) => database.exec("UPDATE jobs SET lease_epoch = 'the boot before'"));
    await withStore(async (store) => {
      expect(await store.findJob(1)).toMatchObject({ status: "pending", retry_count: 0 });
      expect(await store.listLogs(1, { afterLogId: 0, limit: 10 })).toMatchObject([
        { level: "WARNING", message: "worker worker-01 was lost while it ran the job" },
      ]);
    });
  });
});

describe("opening refuses", () => {
  it("a queue of a newer version, and leaves it as it is", async () => {
    await withStore((store) => store.insertJob(newJob()));
    withDatabase((database) => database.pragma("user_version = 999"));
    const before = readFileSync(path);
    await expect(SqliteJobStore.open({ path })).rejects.toMatchObject({
      code: "database-too-new",
      message: expect.stringContaining("999"),
    });
    expect(readFileSync(path)).toEqual(before);
  });

  it("a database of something else, and leaves it as it is", async () => {
    withDatabase((database) => database.exec("CREATE TABLE theirs (x)"));
    const before = readFileSync(path);
    await expect(SqliteJobStore.open({ path })).rejects.toMatchObject({ code: "bad-arguments" });
    expect(readFileSync(path)).toEqual(before);
  });

  it("what is no database", async () => {
    writeFileSync(path, "not a database, but long enough to be taken for one. ".repeat(100));
    await expect(SqliteJobStore.open({ path })).rejects.toMatchObject({ code: "database-damaged" });
  });

  it("a folder, and a path through a file", async () => {
    mkdirSync(path);
    await expect(SqliteJobStore.open({ path })).rejects.toMatchObject({ code: "bad-arguments" });
    writeFileSync(join(folder, "file"), "");
    await expect(SqliteJobStore.open({ path: join(folder, "file", "jobs.db") })).rejects.toMatchObject({
      code: "bad-arguments",
    });
  });

  it("a folder that cannot be written", async () => {
    chmodSync(folder, 0o555);
    await asNobody(() =>
      expect(SqliteJobStore.open({ path })).rejects.toMatchObject({ code: "permission-denied" }),
    );
    chmodSync(folder, 0o700);
  });
});

describe("a database that can only be read", () => {
  it("says so when it is written, and nothing has changed", async () => {
    await withStore((store) => store.insertJob(newJob()));
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    await asNobody(async () => {
      const write = SqliteJobStore.open({ path }).then((store) =>
        store.insertJob(newJob()).finally(() => store.close()),
      );
      await expect(write).rejects.toMatchObject({
        code: "permission-denied",
        message: expect.stringContaining(path),
      });
    });
    chmodSync(folder, 0o700);
    chmodSync(path, 0o600);
    await withStore(async (store) => expect(await store.listJobs({ limit: 10 })).toHaveLength(1));
  });
});

describe("a damaged file", () => {
  it("is a clear error where it is met", async () => {
    await withStore(async (store) => {
      for (let each = 0; each < 200; each += 1)
        await store.insertJob(newJob({ config: JSON.stringify("x".repeat(500)) }));
    });
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 3);
    writeFileSync(path, bytes);
    const read = withStore((store) => store.listJobs({ limit: 1000 }));
    await expect(read).rejects.toMatchObject({
      code: "database-damaged",
      hint: expect.stringContaining("backup"),
    });
  });
});
