import { describe, expect, it } from "vitest";
import { parseProgressFile } from "./progress-file.js";

describe("parseProgressFile", () => {
  it("reads what the job wrote", () => {
    expect(parseProgressFile('{"done":52,"total":100}\n')).toEqual({ label: "52/100", done: 52, total: 100 });
  });

  it("takes over no text of the job's, which might be a secret", () => {
    expect(parseProgressFile('{"done":1,"total":2,"label":"hunter22"}')?.label).toBe("1/2");
  });

  it.each([
    "",
    '{"done":52',
    "[]",
    "null",
    '{"done":"52","total":100}',
    '{"done":3,"total":2}',
    '{"done":1}',
  ])("does not read %j", (text) => {
    expect(parseProgressFile(text)).toBeUndefined();
  });
});
