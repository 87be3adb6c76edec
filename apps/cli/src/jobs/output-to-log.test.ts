import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogLevel } from "@spawn/job-queue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OutputToLog } from "./output-to-log.js";

let folder: string;
let files: { readonly stdout: string; readonly stderr: string };
let logged: (readonly [LogLevel, string])[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-output-"));
  files = { stdout: join(folder, "stdout"), stderr: join(folder, "stderr") };
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function follow(mask: (text: string) => string = (text) => text): OutputToLog {
  return new OutputToLog({ files, mask, log: async (level, text) => void logged.push([level, text]) });
}

describe("OutputToLog", () => {
  it("gives stdout as INFO and stderr as WARNING while they grow, and the last line that has no end", async () => {
    const output = follow();
    writeFileSync(files.stdout, "one\ntw");
    await vi.waitFor(() => expect(logged).toEqual([["INFO", "one"]]));
    appendFileSync(files.stdout, "o\nthree");
    writeFileSync(files.stderr, "careful\n");
    await output.finish();
    expect(
      logged
        .filter(([level]) => level === "INFO")
        .map(([, text]) => text)
        .join("\n"),
    ).toBe("one\ntwo\nthree");
    expect(logged).toContainEqual(["WARNING", "careful"]);
  });

  it("keeps of a line that is written over what a terminal would show, and masks", async () => {
    writeFileSync(files.stdout, "10%\r50%\r100%\r\n\u001b[32mtoken s3cret\u001b[0m\n\nend\n");
    await follow((text) => text.replaceAll("s3cret", "***")).finish();
    expect(logged).toEqual([["INFO", "100%\ntoken ***\n\nend"]]);
  });

  it("says nothing of a command that printed nothing, or was not started", async () => {
    writeFileSync(files.stdout, "");
    await follow().finish();
    expect(logged).toEqual([]);
  });

  it("takes the beginning and the end of a very long output, in messages that a log takes", async () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `${index} ${"x".repeat(80)}`);
    writeFileSync(files.stdout, `${lines.join("\n")}\n`);
    await follow().finish();
    const text = logged.map(([, message]) => message).join("\n");
    expect(text).toContain(lines[0]);
    expect(text).toContain(lines.at(-1));
    expect(text).toContain(`the first 4 MiB of this output are above; all of it is in ${files.stdout}`);
    expect(text.length).toBeLessThan(5 * 2 ** 20);
    for (const [, message] of logged) expect(message.length).toBeLessThanOrEqual(100_000);
  });
});
