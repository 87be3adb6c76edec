import { describe, expect, it } from "vitest";
import { formatBinarySize, formatSize, parseSize } from "./sizes.js";

describe("parseSize", () => {
  it.each([
    ["8GB", 8e9],
    ["8GiB", 8 * 2 ** 30],
    ["512 MB", 512e6],
    ["100B", 100],
    ["1.5kb", 1500],
  ])("reads %s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "8", "8G", "GB", "8iB", "-1GB", "8 GB x"])("refuses %j", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe("formatSize", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [145_700, "145 KB"],
    [2_390_000, "2.3 MB"],
    [245_000_000, "245 MB"],
    [11_890_000_000, "11.8 GB"],
    [256_000_000, "256 MB"],
  ])("writes %d as %s, rounded down", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it("has a binary form", () => {
    expect(formatBinarySize(8 * 2 ** 30)).toBe("8 GiB");
  });
});
