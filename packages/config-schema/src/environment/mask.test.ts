import { describe, expect, it } from "vitest";
import { createMask } from "./mask.js";

describe("createMask", () => {
  it("hides values of six characters or more", () => {
    const mask = createMask(["s3cret!", "short"]);
    expect(mask("token=s3cret! and short")).toBe("token=*** and short");
  });

  it("hides the longer of two values that begin alike, as a whole", () => {
    expect(createMask(["abcdef", "abcdefgh"])("abcdefgh abcdef")).toBe("*** ***");
  });

  it("takes values literally", () => {
    expect(createMask(["a.c+(d)[e]|$"])("a.c+(d)[e]|$ abcc(d)")).toBe("*** abcc(d)");
  });

  it("hides each line of a value with several", () => {
    expect(createMask(["-----BEGIN\nKEYKEYKEY"])("KEYKEYKEY")).toBe("***");
  });
});
