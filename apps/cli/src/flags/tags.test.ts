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

  it("takes none that is spawn's own", () => {
    expect(() => parseTags("tags", ["spawn:job=1"])).toThrow("tags that begin with spawn: are spawn's own");
  });
});
