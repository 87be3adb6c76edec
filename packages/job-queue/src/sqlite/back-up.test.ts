import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newJob } from "../testing/contract-helpers.js";
import { type SqliteUnderTest, sqliteUnderTest } from "../testing/sqlite-under-test.js";
import { SqliteJobStore } from "./sqlite-job-store.js";

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
