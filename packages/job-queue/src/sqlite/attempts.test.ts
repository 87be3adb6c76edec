import BetterSqlite, { type Database } from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newJob } from "../testing/contract-helpers.js";
import { type SqliteUnderTest, sqliteUnderTest } from "../testing/sqlite-under-test.js";

let under: SqliteUnderTest;
let other: Database;
beforeEach(async () => {
  under = await sqliteUnderTest();
  other = new BetterSqlite(under.path);
  other.exec("BEGIN IMMEDIATE");
});
afterEach(async () => {
  other.close();
  await under.close();
});

/** Until the call has found the database locked and waits. */
async function untilItWaits(): Promise<void> {
  while (under.clock.nextTimer() === undefined) await new Promise(setImmediate);
}

describe("a call while another program writes", () => {
  it("waits for it", async () => {
    const insert = under.store.insertJob(newJob());
    await untilItWaits();
    other.exec("ROLLBACK");
    under.clock.advance(1_000);
    expect(await insert).toBe(1);
  });

  it("gives up after a minute with a clear error, and has done nothing", async () => {
    const refused = expect(under.store.insertJob(newJob())).rejects.toMatchObject({
      code: "database-busy",
      message: expect.stringContaining(under.path),
    });
    await untilItWaits();
    under.clock.advance(60_000);
    await refused;
    expect(await under.store.listJobs({ limit: 10 })).toEqual([]);
  });

  it("reads all the same", async () => {
    expect(await under.store.countJobs()).toMatchObject({ byStatus: { pending: 0 } });
    expect(await under.store.claimJob({ workerId: "worker-01", leaseMs: 1_000 })).toEqual({
      kind: "nothing",
    });
  });
});
