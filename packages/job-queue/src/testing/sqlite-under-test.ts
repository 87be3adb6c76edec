import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, seededRandom } from "@spawn/foundation";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";
import type { StoreUnderTest } from "./store-under-test.js";

/** Timers of a store are never closer together than this. */
const STEP_MS = 50;

export interface SqliteUnderTest extends StoreUnderTest {
  readonly store: SqliteJobStore;
  readonly clock: FakeClock;
  readonly path: string;
}

/** A new SQLite file whose time stands still until it is told to pass. */
export async function sqliteUnderTest(): Promise<SqliteUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "spawn-jobs-"));
  const path = join(folder, "jobs.db");
  const clock = new FakeClock();
  const opened: SqliteJobStore[] = [];
  const open = async (): Promise<SqliteJobStore> => {
    const random = seededRandom(opened.length);
    const store = await SqliteJobStore.open({ path, clock, random, synchronous: "normal" });
    opened.push(store);
    return store;
  };
  return {
    store: await open(),
    clock,
    path,
    openAnother: open,
    elapse: async (ms) => {
      for (let left = ms; left > 0; left -= STEP_MS) {
        clock.advance(Math.min(STEP_MS, left));
        await new Promise(setImmediate);
      }
    },
    close: async () => {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
