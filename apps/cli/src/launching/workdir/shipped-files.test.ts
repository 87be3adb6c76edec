import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shippedFiles } from "./shipped-files.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-shipped-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text = ""): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const shipped = () => shippedFiles(folder).files.map(({ path }) => path);

describe("shippedFiles", () => {
  it("is everything but .git, with sizes", () => {
    put("scripts/train.py", "print()");
    put(".env.example");
    put(".git/config");
    mkdirSync(join(folder, "empty"));
    symlinkSync("scripts/train.py", join(folder, "link"));
    expect(shippedFiles(folder)).toEqual({
      files: [
        { path: ".env.example", size: 0 },
        { path: "empty/", size: 0 },
        { path: "link", size: 0 },
        { path: "scripts/train.py", size: 7 },
      ],
      size: 7,
      skipped: [],
      fetched: [],
    });
  });

  it("leaves out results that were fetched, wherever, unless a rule names them", () => {
    for (const path of [
      "results/q/.fetched.q.json",
      "results/q/train/model.bin",
      "mine/out/.fetched.q-2.json",
    ])
      put(path);
    put("results/notes.md");
    put("train.py");
    expect(shippedFiles(folder)).toMatchObject({ fetched: ["mine/out/", "results/q/"] });
    expect(shipped()).toEqual(["results/notes.md", "train.py"]);
    put(".spawnignore", "!results/\n");
    expect(shippedFiles(folder)).toMatchObject({ fetched: ["mine/out/"] });
    expect(shipped()).toContain("results/q/train/model.bin");
  });

  it("ships a folder that itself holds fetched results: it is what was asked for", () => {
    put(".fetched.q.json");
    put("train/model.bin");
    expect(shipped()).toEqual([".fetched.q.json", "train/model.bin"]);
  });

  it("leaves out what .gitignore and .spawnignore say, in folders below too", () => {
    put(".gitignore", "*.log\n/data/\n!keep.log\n");
    put(".spawnignore", "notebooks/\n!/data/\ndata/*\n!data/small.csv\n");
    put("a.log");
    put("keep.log");
    put("data/big.bin");
    put("data/small.csv");
    put("notebooks/x.ipynb");
    put("src/.gitignore", "build\n!a.log\n");
    put("src/build/x.o");
    put("src/a.log");
    put("src/deep/a.log");
    put("src/main.py");
    expect(shipped()).toEqual([
      ".gitignore",
      ".spawnignore",
      "data/small.csv",
      "keep.log",
      "src/.gitignore",
      "src/a.log",
      "src/deep/a.log",
      "src/main.py",
    ]);
  });

  it("agrees with git", () => {
    const rules = [
      "*.tmp",
      "!important.tmp",
      "build/",
      "/only-root",
      "docs/*.md",
      "a/**/z",
      "\\#odd",
      "sp ace",
    ];
    put(".gitignore", rules.join("\n"));
    put("sub/.gitignore", "!*.tmp\nlocal\n");
    const paths = [
      "x.tmp",
      "important.tmp",
      "build/x",
      "only-root",
      "sub/only-root",
      "docs/a.md",
      "docs/in/b.md",
    ];
    for (const path of [
      ...paths,
      "a/b/c/z",
      "a/z",
      "#odd",
      "sp ace",
      "sub/y.tmp",
      "sub/local/x",
      "sub/build/q",
    ])
      put(path);
    execFileSync("git", ["init", "-q"], { cwd: folder });
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const listed = execFileSync("git", args, { cwd: folder, encoding: "utf8" });
    expect(shipped()).toEqual(listed.split("\0").filter(Boolean).sort());
  });
});
