import { expect, it, vi } from "vitest";
import { useFolder } from "../testing/use-folder.js";
import { SqliteJobStore } from "./sqlite-job-store.js";

const folder = useFolder();

// As `bindings` says it, by which better-sqlite3 looks for its native part.
vi.mock("better-sqlite3", () => ({
  default: class {
    constructor() {
      throw new Error("Could not locate the bindings file. Tried:\n → build/better_sqlite3.node");
    }
  },
}));

it("a machine on which SQLite could not be installed is told so, and what to do", async () => {
  await expect(SqliteJobStore.open({ path: folder.database })).rejects.toMatchObject({
    code: "not-supported",
    message: expect.stringContaining("better-sqlite3"),
    hint: expect.stringContaining("Redis"),
  });
});
