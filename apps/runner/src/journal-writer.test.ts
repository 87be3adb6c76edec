import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal } from "./journal-writer.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-journal-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("openJournal", () => {
  it("gives back what was appended", async () => {
    const path = join(folder, "journal.jsonl");
    const first = openJournal(path);
    first.writer.append({ type: "warning", t: 1, message: "one" }, 100);
    first.writer.append({ type: "warning", t: 2, message: "two" }, 200);
    await first.writer.sync();
    first.writer.close();
    const second = openJournal(path);
    expect(second.records.map(({ seq, at }) => [seq, at])).toEqual([
      [1, 100],
      [2, 200],
    ]);
    second.writer.append({ type: "warning", t: 3, message: "three" }, 300);
    await second.writer.sync();
    second.writer.close();
    expect(openJournal(path).records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("cuts a torn last line off before it appends", async () => {
    const path = join(folder, "journal.jsonl");
    const first = openJournal(path);
    first.writer.append({ type: "warning", t: 1, message: "one" }, 100);
    await first.writer.sync();
    first.writer.close();
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, '{"seq":2,"at":20');
    const second = openJournal(path);
    expect(second.records).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toBe(whole);
    second.writer.close();
  });

  it("says so where there is no permission or no folder for it", () => {
    expect(() => openJournal(join(folder, "missing", "journal.jsonl"))).toThrow(/ENOENT/);
  });
});
