import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { isSafeName } from "../safe-names.js";
import { matchResultFiles } from "./match-result-files.js";

const top = mkdtempSync(join(tmpdir(), "spawn-naming-"));
afterAll(() => rmSync(top, { recursive: true }));

const part = fc.constantFrom("a", "b", "A", "out", "x.bin", "x.csv", ".dot", "[a]", "a b");
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const globPart = fc.oneof(
  { weight: 3, arbitrary: part },
  {
    weight: 2,
    arbitrary: fc.constantFrom("*", "**", "*.bin", "?", "{a,b}", "[ab]", "x.*", "{a/b,out}", ".."),
  },
);
const pattern = fc
  .tuple(fc.boolean(), fc.array(globPart, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([absolute, parts, folder]) => `${absolute ? "TOP/" : ""}${parts.join("/")}${folder ? "/" : ""}`);

let trees = 0;

/** A tree of these files; those that need a folder where another one is a file are left out. */
function grow(root: string, files: readonly string[]): void {
  for (const file of files) {
    try {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), file, { flag: "wx" });
    } catch {
      // In the way of each other.
    }
  }
}

test("names are unique, safe, the same every time, and stay while files are added", {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(pattern, { minLength: 1, maxLength: 5 }),
      fc.array(path, { maxLength: 8 }),
      fc.array(path, { maxLength: 8 }),
      async (patterns, before, later) => {
        trees += 1;
        const root = join(top, String(trees));
        const workingDirectory = join(root, "work");
        mkdirSync(workingDirectory, { recursive: true });
        const input = { patterns: patterns.map((text) => text.replace("TOP", root)), workingDirectory };
        const look = async (): Promise<Map<string, string>> =>
          new Map((await matchResultFiles(input)).files.map((file) => [file.path, file.name]));
        grow(
          root,
          before.flatMap((file) => [file, `work/${file}`]),
        );
        const first = await look();
        expect(await look()).toEqual(first);
        grow(
          root,
          later.flatMap((file) => [file, `work/${file}`]),
        );
        const second = await look();
        for (const names of [first, second]) expectDistinct([...names.values()]);
        // A '~' says that a folder is called like a file.
        for (const [file, name] of second)
          if (!name.includes("~")) expect(first.get(file) ?? name).toBe(name);
        rmSync(root, { recursive: true });
      },
    ),
    { seed: 7, numRuns: process.env.SPAWN_LONG === "1" ? 5000 : 60 },
  );
});

/** No name twice, none in the way of another, none leading out. */
function expectDistinct(names: readonly string[]): void {
  const all = new Set(names);
  expect(all.size).toBe(names.length);
  for (const name of names) {
    expect(isSafeName(name)).toBe(true);
    const parts = name.split("/");
    for (let depth = 1; depth < parts.length; depth += 1) {
      expect(all.has(parts.slice(0, depth).join("/"))).toBe(false);
    }
  }
}
