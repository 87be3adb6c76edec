import { describe, expect, it } from "vitest";
import { COMMANDS } from "../index.js";
import { nearestCommand } from "./nearest-command.js";

const ids = Object.keys(COMMANDS);

describe("nearestCommand", () => {
  it.each([
    ["quue run x.json", "queue run"],
    ["queue rn x.json", "queue run"],
    ["queue pln", "queue plan"],
    ["run x.json", "queue run"],
    ["logs hello", "queue logs"],
    ["lst", "list"],
    ["launhc", "launch"],
    ["statsu last", "status"],
  ])("takes %j for %s", (typed, meant) => {
    expect(nearestCommand(typed.split(" "), ids)).toBe(meant);
  });

  it.each([["frobnicate"], ["x"]])("does not guess at %j", (typed) => {
    expect(nearestCommand(typed.split(" "), ids)).toBeUndefined();
  });
});
