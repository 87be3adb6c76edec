import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problems } from "../diagnostics/problems.js";
import { outlineJson } from "./json-outline.js";
import { readPlainJson } from "./json-source.js";
import { readJsonTree } from "./json-tree.js";
import { type LocatedNode, plainValue } from "./located-node.js";
import { countMembers } from "./member-count.js";

const json = fc.json({ maxDepth: 6 }).filter((text) => !text.includes("__proto__"));
const spaced = fc
  .tuple(json, fc.constantFrom(0, 1, 3))
  .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent));

/** A tree as plain data, whatever it is built from. */
function flat(node: LocatedNode): unknown {
  switch (node.kind) {
    case "scalar":
      return [node.span, node.value];
    case "array":
      return [node.span, node.items.map(flat)];
    case "object":
      return [node.span, [...node.members].map(([key, { keySpan, value }]) => [key, keySpan, flat(value)])];
  }
}

describe("readPlainJson", () => {
  it("finds the same places, lazily, as the full parser", () => {
    fc.assert(
      fc.property(spaced, (text) => {
        const tree = readJsonTree(text, new Problems());
        const lazy = readPlainJson(text);
        expect(lazy && flat(lazy.root())).toEqual(tree && flat(tree));
        expect(lazy && plainValue(lazy.root())).toEqual(lazy?.value);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it.each([
    '{"a": 1, "a": 2}',
    '{"a": [{"b": 1, "\\u0062": 2}]}',
    '{"__proto__": 1}',
    `${"[".repeat(65)}${"]".repeat(65)}`,
  ])("leaves %s to the full parser, which can say what is wrong", (text) => {
    expect(readPlainJson(text)).toBeUndefined();
    const problems = new Problems();
    readJsonTree(text, problems);
    expect(problems.hasErrors).toBe(true);
  });
});

it("counts members in the text as in the value", () => {
  fc.assert(
    fc.property(spaced, (text) => {
      expect(outlineJson(text).members).toBe(countMembers(JSON.parse(text)));
    }),
    { seed: 5, numRuns: 500 },
  );
});
