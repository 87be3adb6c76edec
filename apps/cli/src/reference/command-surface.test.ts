import { describe, expect, it } from "vitest";
import { COMMANDS } from "../index.js";
import { commandReference } from "./command-reference.js";
import { commandSurface } from "./command-surface.js";

describe("the commands", () => {
  it("take the arguments and flags that scripts rely on", () => {
    expect(commandSurface(COMMANDS).join("\n")).toMatchSnapshot();
  });

  it("describe themselves and every flag and argument", () => {
    for (const [id, command] of Object.entries(COMMANDS)) {
      expect(command.summary, id).toMatch(/\S/);
      for (const part of [...Object.values(command.args ?? {}), ...Object.values(command.flags ?? {})]) {
        expect(part.description, id).toMatch(/\S/);
      }
    }
  });

  it("are all in the reference", () => {
    const reference = commandReference(COMMANDS);
    for (const id of Object.keys(COMMANDS))
      expect(reference).toContain(`\n## spawn ${id.replaceAll(":", " ")}\n`);
  });
});
