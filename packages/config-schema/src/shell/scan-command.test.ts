import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanCommand } from "./scan-command.js";

const namesIn = (command: string): string[] => scanCommand(command).references.map(({ name }) => name);

describe("scanCommand", () => {
  it.each([
    ["$(echo '$A' \"$B\")", ["B"]],
    ["\"$(echo '$A' $B)\" '$C'", ["B"]],
    ['"it\'s $A"', ["A"]],
    ["`echo $A`", ["A"]],
    ['"cost: $" $A', ["A"]],
    ["a#b $A # $B\n$C", ["A", "C"]],
    ["case $x in a) echo $A;; esac", ["x", "A"]],
    ["cat <<-A <<'B'\n$one\n\tA\n$two\nB\n$three", ["one", "three"]],
    ["cat <<X\n\"$A\nX\n'$B'", ["A"]],
    ["cat <<< $A", ["A"]],
    ["${A:-$B}", ["B"]],
  ])("finds in %j the variables %j", (command, names) => {
    expect(namesIn(command)).toEqual(names);
  });

  it("says how a reference is written", () => {
    expect(scanCommand("$A ${B} ${C%x}").references.map(({ text }) => text)).toEqual(["$A", "${B}", "${C"]);
  });

  it("blanks what is quoted and keeps the length", () => {
    expect(scanCommand("A=1 'B=2' $C").bare).toBe("A=1 _____ $C");
  });

  it("ends on any text", () => {
    const piece = fc.constantFrom(
      "$",
      "{",
      "}",
      "(",
      ")",
      "'",
      '"',
      "`",
      "\\",
      "<<A",
      "<",
      "\n",
      "#",
      "A",
      "=",
      " ",
      "-",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const command = pieces.join("");
        for (const { text } of scanCommand(command).references) expect(command).toContain(text);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
