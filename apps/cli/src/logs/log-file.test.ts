import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogFile } from "./log-file.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-log-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("LogFile", () => {
  it("reads what has come since the last time, from before the file exists", () => {
    const path = join(folder, "train.log");
    const file = new LogFile(path);
    const read = (): string => Buffer.concat([...file.read()]).toString();
    expect(read()).toBe("");
    writeFileSync(path, "one\n");
    expect(read()).toBe("one\n");
    expect(read()).toBe("");
    appendFileSync(path, "two\n");
    expect(read()).toBe("two\n");
  });

  it("begins near the end when asked", () => {
    const path = join(folder, "train.log");
    writeFileSync(path, "one\ntwo\n");
    expect(Buffer.concat([...new LogFile(path, { lastBytes: 4 }).read()]).toString()).toBe("two\n");
    expect(Buffer.concat([...new LogFile(path, { lastBytes: 99 }).read()]).toString()).toBe("one\ntwo\n");
  });
});
