import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseClaim, readClaim, voidClaim } from "./claim.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-claim-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("parseClaim", () => {
  it.each([
    ["", { kind: "empty" }],
    ["12", { kind: "empty" }],
    ["\0\0\0\0", { kind: "empty" }],
    ["123\n", { kind: "claimed", pid: 123 }],
    ["123\nexit 1", { kind: "claimed", pid: 123 }],
    ["123\nexit 13", { kind: "claimed", pid: 123 }],
    ["123\nexit 137\n", { kind: "ended", pid: 123, exitCode: 137 }],
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
