import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noteOom, parseClaim, readClaim, voidClaim } from "./claim.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-claim-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const OUTSIDE = { cgroup: [], oom: false } as const;

describe("parseClaim", () => {
  it.each([
    ["", { kind: "empty" }],
    ["12", { kind: "empty" }],
    ["\0\0\0\0", { kind: "empty" }],
    ["123 /a", { kind: "empty" }],
    ["123\n", { kind: "claimed", pid: 123, ...OUTSIDE }],
    ["123\nexit 1", { kind: "claimed", pid: 123, ...OUTSIDE }],
    ["123\nexit 13", { kind: "claimed", pid: 123, ...OUTSIDE }],
    ["123\nexit 137\n", { kind: "ended", pid: 123, exitCode: 137, ...OUTSIDE }],
    ["123 /a/b:/c\n", { kind: "claimed", pid: 123, cgroup: ["/a/b", "/c"], oom: false }],
    ["123 /a\nexit 1\noom\n", { kind: "ended", pid: 123, exitCode: 1, cgroup: ["/a"], oom: true }],
    ["123 /a\noom\n", { kind: "claimed", pid: 123, cgroup: ["/a"], oom: true }],
    ["void\n", { kind: "void" }],
  ])("%j is %j", (text, claim) => {
    expect(parseClaim(text)).toEqual(claim);
  });

  it("never takes a torn exit line for a whole one, wherever it was torn", () => {
    const whole = "123\nexit 137\n";
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseClaim(whole.slice(0, length)).kind).not.toBe("ended");
    }
  });
});

it("keeps an OOM kill for the next runner", () => {
  const path = join(folder, "claim");
  writeFileSync(path, "123\n");
  noteOom(path);
  expect(readClaim(path)).toEqual({ kind: "claimed", pid: 123, ...OUTSIDE, oom: true });
});

describe("voidClaim", () => {
  it("wins where nobody has claimed, and leaves one file", () => {
    expect(readClaim(join(folder, "claim"))).toEqual({ kind: "unclaimed" });
    expect(voidClaim(join(folder, "claim"))).toBe(true);
    expect(readClaim(join(folder, "claim"))).toEqual({ kind: "void" });
    expect(readdirSync(folder)).toEqual(["claim"]);
  });

  it.each(["", "123\n", "void\n"])("loses against a file with %j, and leaves it as it is", (text) => {
    writeFileSync(join(folder, "claim"), text);
    expect(voidClaim(join(folder, "claim"))).toBe(false);
    expect(readFileSync(join(folder, "claim"), "utf8")).toBe(text);
    expect(readdirSync(folder)).toEqual(["claim"]);
  });
});
