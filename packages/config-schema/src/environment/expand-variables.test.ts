import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandVariables } from "./expand-variables.js";

const VARIABLES = new Map([
  ["A", "1"],
  ["EMPTY", ""],
  ["LOOP", "${LOOP}"],
]);
const expand = (value: string) => expandVariables(value, (name) => VARIABLES.get(name));

describe("expandVariables", () => {
  it.each([
    ["${A}", "1"],
    ["x${A}y${A}z", "x1y1z"],
    ["${NONE:-d e}", "d e"],
    ["${EMPTY:-d}", "d"],
    ["${EMPTY}", ""],
    ["${NONE:-}", ""],
    ["${A:-d}", "1"],
    ["$A $ 5$", "$A $ 5$"],
    ["$${A} $$${A}", "${A} $${A}"],
    ["${LOOP}", "${LOOP}"],
    ["${A", "${A"],
    ["${1} ${} ${A:?}", "${1} ${} ${A:?}"],
  ])("makes of %j %j", (value, expanded) => {
    expect(expand(value)).toEqual({ value: expanded, missing: [] });
  });

  it("names what is missing, once, and leaves it out", () => {
    expect(expand("${X}-${Y}-${X}")).toEqual({ value: "--", missing: ["X", "Y"] });
  });

  it("leaves a value without references alone", () => {
    fc.assert(
      fc.property(
        fc.string().filter((value) => !value.includes("${")),
        (value) => {
          expect(expand(value)).toEqual({ value, missing: [] });
        },
      ),
    );
  });
});
