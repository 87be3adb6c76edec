import { describe, expect, it } from "vitest";
import { parseTags } from "./tags.js";

describe("parseTags", () => {
  it("cuts at the first equals sign", () => {
    expect(parseTags("tags", ["team=ml", "query=a=b", "empty="])).toEqual({
      team: "ml",
      query: "a=b",
      empty: "",
    });
  });

  it.each(["team", "=ml"])("refuses %j", (pair) => {
    expect(() => parseTags("tag", [pair])).toThrow(
      expect.objectContaining({ code: "bad-arguments", message: `--tag ${pair}: not key=value` }),
    );
  });
});
