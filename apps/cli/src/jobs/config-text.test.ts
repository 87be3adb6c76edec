import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfigText } from "./config-text.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("readConfigText", () => {
  it("takes what begins like JSON for JSON, and anything else for a file's name", () => {
    expect(readConfigText(' {"a": [1]}')).toEqual({ a: [1] });
    expect(readConfigText('["x"]')).toEqual(["x"]);
    expect(readConfigText(file("config.json", '{"b": 2}'))).toEqual({ b: 2 });
  });

  it("says where it is no JSON", () => {
    const path = file("broken.json", '{\n  "a": 1,\n  b: 2\n}\n');
    expect(() => readConfigText(path)).toThrow(
      expect.objectContaining({
        code: "bad-arguments",
        message: expect.stringMatching(/broken\.json:3:3: not JSON: /),
      }),
    );
    expect(() => readConfigText('{"a": ')).toThrow(/^--config:1:7: not JSON: Unexpected end/);
    expect(() => readConfigText(file("empty.json", ""))).toThrow(/empty\.json:1:1: not JSON/);
  });

  it("says that there is no such file, that it is a folder, or far too large", () => {
    expect(() => readConfigText(join(folder, "nowhere.json"))).toThrow("there is no file");
    expect(() => readConfigText(folder)).toThrow("is a folder");
    const large = file("large.json", "");
    truncateSync(large, 2 ** 30);
    expect(() => readConfigText(large)).toThrow("too large for a config");
  });
});
