import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useDriver } from "../testing/bundle-driver.js";
import { newJob } from "../testing/contract-helpers.js";
import { type SqliteUnderTest, sqliteUnderTest } from "../testing/sqlite-under-test.js";
import { SqliteJobStore } from "./sqlite-job-store.js";

const driver = useDriver("writer-driver");
let under: SqliteUnderTest;
let target: string;
beforeEach(async () => {
  under = await sqliteUnderTest();
  target = join(under.path, "..", "backup.db");
});
afterEach(() => under.close());

describe("a backup", () => {
  it("is the whole queue as it was, also while others write", async () => {
    for (let each = 0; each < 500; each += 1) await under.store.insertJob(newJob());
    const backup = under.store.backUp(target);
    const later = Promise.all(Array.from({ length: 50 }, () => under.store.insertJob(newJob())));
    await Promise.all([backup, later]);
    const copy = await SqliteJobStore.open({ path: target });
    const { pending } = (await copy.countJobs()).byStatus;
    expect(pending).toBeGreaterThanOrEqual(500);
    expect(await copy.checkIntegrity()).toEqual([]);
    expect(await copy.insertJob(newJob())).toBeGreaterThan(pending);
    await copy.close();
    expect(existsSync(`${target}.partial`)).toBe(false);
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  it("ends although other processes write without a pause", async () => {
    const config = JSON.stringify("x".repeat(3_000));
    for (let each = 0; each < 2_000; each += 1) await under.store.insertJob(newJob({ config }));
    const writer = spawn(process.execPath, [driver.path, under.path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(writer.stdout, "data");
    try {
      await under.store.backUp(target);
      // It still wrote when the copy was complete.
      await once(writer.stdout, "data");
    } finally {
      const exit = once(writer, "exit");
      writer.kill("SIGKILL");
      await exit;
    }
    const copy = await SqliteJobStore.open({ path: target });
    expect(await copy.checkIntegrity()).toEqual([]);
    expect((await copy.listJobs({ limit: 10_000 })).length).toBeGreaterThanOrEqual(2_000);
    await copy.close();
  });

  it("replaces nothing", async () => {
    writeFileSync(target, "precious");
    await expect(under.store.backUp(target)).rejects.toMatchObject({ code: "bad-arguments" });
  });

  it("leaves nothing where it cannot be written", async () => {
    const nowhere = join(under.path, "..", "nowhere", "backup.db");
    await expect(under.store.backUp(nowhere)).rejects.toMatchObject({ code: "bad-arguments" });
    expect(existsSync(nowhere)).toBe(false);
  });
});
