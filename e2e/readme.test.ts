import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { Page, runSnippet } from "./snippets.js";

const readme = new Page("README.md");

describe("README.md", () => {
  it("names only npm scripts that are there", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(REPOSITORY, "package.json"), "utf8"),
    );
    const named = [...readme.text.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(
      ([, run, short]) => run ?? short ?? "",
    );
    expect(named).toContain("demo");
    expect(named).toContain("test");
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it("points only at files that are there", () => {
    for (const path of readme.links) expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
  });

  it("has snippets that can be run", () => {
    expect(readme.snippets.length).toBeGreaterThan(0);
  });
  for (const [i, snippet] of readme.snippets.entries()) {
    test(`snippet ${i + 1} that is marked runnable runs`, async ({ rig }) => {
      const result = await runSnippet(rig, snippet);
      expect(result.code, `${snippet}\n${result.stderr}`).toBe(0);
    });
  }
});
