import { describe, expect, it } from "vitest";
import { plainOutput } from "./plain-output.js";

describe("plainOutput", () => {
  it.each([
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b[2J\u001b[1;1Hcleared", "cleared"],
    ["50%\r100%", "50%100%"],
    ["a\tb", "a\tb"],
    ["日本 é 🎉", "日本 é 🎉"],
  ])("makes %j %j", (line, plain) => {
    expect(plainOutput(line)).toBe(plain);
  });
});
