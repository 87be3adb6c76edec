import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "./cli-rig.js";
import { test } from "./rig-test.js";

const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");

/** The fenced blocks with this info string. */
function blocks(info: string): readonly string[] {
  return [...readme.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text]) =>
    found?.trim() === info && text !== undefined ? [text] : [],
  );
}

describe("README.md", () => {
  it("names only npm scripts that are there", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(REPOSITORY, "package.json"), "utf8"),
    );
    const named = [...readme.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(
      ([, run, short]) => run ?? short ?? "",
    );
    expect(named).toContain("demo");
    expect(named).toContain("test");
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it("points only at files that are there", () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path ?? "");
    for (const path of links) expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
  });

  // What a reader may paste into a shell at the repository's root, with `spawn` for the program.
  const runnable = blocks("bash runnable");
  it("has snippets that can be run", () => {
    expect(runnable.length).toBeGreaterThan(0);
  });
  for (const [i, snippet] of runnable.entries()) {
    test(`snippet ${i + 1} that is marked runnable runs`, async ({ rig }) => {
      rig.write("bin/spawn", `#!/bin/sh\nexec '${process.execPath}' '${rig.cli}' "$@"\n`, 0o755);
      const env = { PATH: `${rig.cwd}/bin:${process.env.PATH}` };
      const result = await rig.startProgram("bash", ["-euo", "pipefail", "-c", snippet], { env }).result;
      expect(result.code, `${snippet}\n${result.stderr}`).toBe(0);
    });
  }
});
