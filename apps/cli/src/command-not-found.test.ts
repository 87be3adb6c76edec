import { describe, expect, it } from "vitest";
import { unknownCommandText } from "./command-not-found.js";
import { COMMANDS } from "./index.js";

const ids = Object.keys(COMMANDS);

describe("unknownCommandText", () => {
  it("names what was typed, what was meant and where to look", () => {
    expect(unknownCommandText(["queue", "rn", "x.json"], ids)).toBe(
      "spawn has no command queue rn\nDid you mean spawn queue run?\nSee all commands: spawn queue --help",
    );
    expect(unknownCommandText(["logs", "hello"], ids)).toBe(
      "spawn has no command logs\nDid you mean spawn queue logs?\nSee all commands: spawn --help",
    );
  });

  it("does not guess wildly", () => {
    expect(unknownCommandText(["frobnicate"], ids)).toBe(
      "spawn has no command frobnicate\nSee all commands: spawn --help",
    );
  });

  it("wants a command before flags", () => {
    expect(unknownCommandText(["--json"], ids)).toMatch(/^name a command before --json\n/);
    expect(unknownCommandText(["queue", "--json"], ids)).toBe(
      "name a command after queue, before --json\nSee all commands: spawn queue --help",
    );
  });
});
