import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { instanceLayout } from "@spawn/attempt-runner";
import { FakeClock } from "@spawn/foundation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JournalPaths } from "./journal-segment.js";
import { openJournal } from "./open-journal.js";

let folder: string;
let paths: JournalPaths;
const clock = new FakeClock();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-journal-"));
  paths = instanceLayout(folder);
  mkdirSync(dirname(paths.journal), { recursive: true });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("openJournal", () => {
  it("gives back what was appended", async () => {
    const path = paths.journal;
    const first = openJournal(paths, clock);
    first.writer.append({ type: "warning", t: 1, message: "one" }, 100);
    first.writer.append({ type: "warning", t: 2, message: "two" }, 200);
    await first.writer.sync();
    first.writer.close();
    const second = openJournal(paths, clock);
    expect(second.records.map(({ seq, at }) => [seq, at])).toEqual([
      [1, 100],
      [2, 200],
    ]);
    second.writer.append({ type: "warning", t: 3, message: "three" }, 300);
    await second.writer.sync();
    second.writer.close();
    expect(openJournal(paths, clock).records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("cuts a torn last line off before it appends", async () => {
    const path = paths.journal;
    const first = openJournal(paths, clock);
    first.writer.append({ type: "warning", t: 1, message: "one" }, 100);
    await first.writer.sync();
    first.writer.close();
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, '{"seq":2,"at":20');
    const second = openJournal(paths, clock);
    expect(second.records).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toBe(whole);
    second.writer.close();
  });

  it("says so where there is no permission or no folder for it", () => {
    expect(() => openJournal(instanceLayout(join(folder, "missing")), clock)).toThrow(/ENOENT/);
  });
});
