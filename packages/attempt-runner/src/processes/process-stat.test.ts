import { describe, expect, it } from "vitest";
import { parseProcessStat, readProcessStat } from "./process-stat.js";

describe("parseProcessStat", () => {
  it("is not misled by a name with spaces and parentheses", () => {
    const text = `42 (a) R (b c) S 7 8 9 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 123456 1000 200\n`;
    expect(parseProcessStat(42, text)).toEqual({
      pid: 42,
      parent: 7,
      group: 8,
      session: 9,
      startTicks: 123456,
      cpuTicks: 100,
      ended: false,
    });
  });

  it.each(["Z", "X"])("calls state %s ended", (state) => {
    const text = `42 (a) ${state} 7 8 9 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 123456 1000 200\n`;
    expect(parseProcessStat(42, text)?.ended).toBe(true);
  });

  it.each(["", "42 (a", "42 (a) S 1 2"])("does not read %j", (text) => {
    expect(parseProcessStat(42, text)).toBeUndefined();
  });
});

describe("readProcessStat", () => {
  it("reads this process", () => {
    expect(readProcessStat(process.pid)).toMatchObject({
      pid: process.pid,
      parent: process.ppid,
      ended: false,
    });
  });

  it("says when there is none", () => {
    expect(readProcessStat(2 ** 22 + 1)).toBeUndefined();
  });
});
