import { describe, expect, it } from "vitest";
import { colorOf, liveOf, paletteOf } from "./palette.js";

const terminal = { isTTY: true };
const pipe = { isTTY: false };

describe("colorOf", () => {
  it.each([
    [terminal, {}, true],
    [pipe, {}, false],
    [terminal, { NO_COLOR: "1" }, false],
    [terminal, { NO_COLOR: "" }, true],
    [terminal, { CI: "true" }, false],
    [terminal, { TERM: "dumb" }, false],
    [pipe, { FORCE_COLOR: "1" }, true],
    [terminal, { FORCE_COLOR: "0" }, false],
    [terminal, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("of %o with %o is %s", (stream, env, color) => {
    expect(colorOf(stream, env)).toBe(color);
  });
});

describe("liveOf", () => {
  it.each([
    [terminal, {}, true],
    [terminal, { NO_COLOR: "1" }, true],
    [terminal, { CI: "1" }, false],
    [terminal, { CI: "false" }, true],
    [terminal, { TERM: "dumb" }, false],
    [pipe, { FORCE_COLOR: "1" }, false],
  ])("of %o with %o is %s", (stream, env, live) => {
    expect(liveOf(stream, env)).toBe(live);
  });
});

describe("paletteOf", () => {
  it("writes colours only when asked", () => {
    expect(paletteOf(false).bad("x")).toBe("x");
    expect(paletteOf(true).bad("x")).toBe("\u001b[31mx\u001b[39m");
  });
});
