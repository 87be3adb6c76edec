import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppendFile } from "./append-file.js";

type Done = (error: Error | null) => void;

/** Syncs that were asked for and have not come back; a test lets them. */
const syncs = vi.hoisted((): Done[] => []);

vi.mock("node:fs", async (importOriginal) => ({
  ...(await importOriginal<typeof import("node:fs")>()),
  fdatasync: (_fd: number, done: Done) => void syncs.push(done),
}));

let folder: string;
let file: AppendFile;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-append-"));
  path = join(folder, "file");
  file = new AppendFile(openSync(path, "a"), 0);
  syncs.length = 0;
});

afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("AppendFile", () => {
  it("makes one sync serve all who wait for it, and asks for none where nothing is new", async () => {
    file.write("one");
    const both = Promise.all([file.sync(), file.sync()]);
    expect(syncs).toHaveLength(1);
    expect(file.syncedSize).toBe(0);
    syncs[0]?.(null);
    await both;
    expect(file.syncedSize).toBe(3);
    await file.sync();
    expect(syncs).toHaveLength(1);
  });

  it("does not take a sync that began before a write for one that has it", async () => {
    file.write("one");
    const first = file.sync();
    file.write("+two");
    let done = false;
    const second = file.sync().then(() => {
      done = true;
    });
    syncs[0]?.(null);
    await first;
    await vi.waitUntil(() => syncs.length === 2);
    expect(done).toBe(false);
    expect(file.syncedSize).toBe(3);
    syncs[1]?.(null);
    await second;
    expect(file.syncedSize).toBe(7);
    expect(readFileSync(path, "utf8")).toBe("one+two");
  });

  it("is trusted no more after a sync has failed", async () => {
    file.write("lost");
    const first = file.sync();
    syncs[0]?.(new Error("EIO"));
    await expect(first).rejects.toThrow("EIO");
    file.write("more");
    await expect(file.sync()).rejects.toThrow("EIO");
    expect(syncs).toHaveLength(1);
  });
});
