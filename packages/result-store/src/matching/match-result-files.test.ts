import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { matchResultFiles } from "./match-result-files.js";

let top: string;
let work: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "spawn-match-"));
  work = join(top, "work");
  mkdirSync(work);
});
afterEach(() => rmSync(top, { recursive: true }));

/** Makes files, relative to the working directory or absolute below the temporary folder. */
function make(...paths: string[]): void {
  for (const path of paths) {
    const absolute = path.startsWith("/") ? top + path : join(work, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, path);
  }
}

async function namesOf(...patterns: string[]): Promise<string[]> {
  return (await match(...patterns)).files.map((file) => file.name);
}

function match(...patterns: string[]): ReturnType<typeof matchResultFiles> {
  const absolute = patterns.map((pattern) => (pattern.startsWith("/") ? top + pattern : pattern));
  return matchResultFiles({ patterns: absolute, workingDirectory: work });
}

describe("names are relative to the fixed part of the pattern", () => {
  test.each([
    ["/models/**/*.pth", ["/models/top.pth", "/models/a/b.pth", "/models/a/x.txt"], ["a/b.pth", "top.pth"]],
    [
      "/models/checkpoints/",
      ["/models/checkpoints/1/w.bin", "/models/checkpoints/.state"],
      ["checkpoints/.state", "checkpoints/1/w.bin"],
    ],
    [
      "/models/checkpoints",
      ["/models/checkpoints/1.bin", "/models/checkpoints/.state"],
      ["checkpoints/.state", "checkpoints/1.bin"],
    ],
    ["/models/model.pth", ["/models/model.pth"], ["model.pth"]],
    ["out.txt", ["out.txt"], ["out.txt"]],
    ["./out/a.txt", ["out/a.txt"], ["a.txt"]],
    ["../beside/*.csv", ["/beside/a.csv", "/beside/b.txt"], ["a.csv"]],
    ["*.csv", ["a.csv", ".b.csv", "sub/c.csv"], ["a.csv"]],
    [".*.csv", ["a.csv", ".b.csv"], [".b.csv"]],
    ["**/*.csv", ["a.csv", ".git/b.csv", "x/y/c.csv"], ["a.csv", "x/y/c.csv"]],
    ["logs/**", ["logs/a", "logs/.b", "logs/c/d"], ["a", "c/d"]],
    ["run-[0-9]/loss?.json", ["run-1/loss1.json", "run-x/loss1.json"], ["run-1/loss1.json"]],
    [
      "{plots,tables}/*.{png,csv}",
      ["plots/a.png", "tables/b.csv", "tables/c.txt"],
      ["plots/a.png", "tables/b.csv"],
    ],
    ["part{1..3}.bin", ["part2.bin", "part4.bin"], ["part2.bin"]],
    ["runs/*/", ["runs/a/.x", "runs/b/c/d", "runs/file"], ["a/.x", "b/c/d"]],
    [".", ["a", ".b"], [".b", "a"]],
    ["./", ["a", "c/d"], ["a", "c/d"]],
  ] as const)("%s", async (pattern, files, names) => {
    make(...files);
    expect(await namesOf(pattern)).toEqual(names);
  });
});

describe("names", () => {
  test("that would collide keep enough of their folders, whether both files are there or not", async () => {
    const patterns = ["/a/x/metrics.json", "/b/x/metrics.json", "/b/other.json"];
    make("/a/x/metrics.json", "/b/other.json");
    expect(await namesOf(...patterns)).toEqual(["a/x/metrics.json", "other.json"]);
    make("/b/x/metrics.json");
    expect(await namesOf(...patterns)).toEqual(["a/x/metrics.json", "b/x/metrics.json", "other.json"]);
  });

  test("ignoring case count as colliding", async () => {
    make("/a/Model.pth", "/b/model.pth");
    expect(await namesOf("/a/Model.pth", "/b/model.pth")).toEqual(["a/Model.pth", "b/model.pth"]);
  });

  test("that cannot collide stay short", async () => {
    make("/models/a/b.pth", "/data/metrics.json", "out/c.csv");
    expect(await namesOf("/models/**/*.pth", "/data/metrics.json", "out/*.csv")).toEqual([
      "a/b.pth",
      "c.csv",
      "metrics.json",
    ]);
  });

  test("of a folder in the way of a file of the same name get a '~'", async () => {
    make("/a/out.txt", "/b/out.txt/x.bin", "/b/y.bin");
    expect(await namesOf("/a/out.txt", "/b/**/*.bin")).toEqual(["out.txt", "out.txt~/x.bin", "y.bin"]);
  });

  test("are given once to a file that two patterns match, by the first", async () => {
    make("/m/a/x.pth");
    const { files, unmatched } = await match("/m/**/x.pth", "/m/a/x.pth", "/m/a/");
    expect(files.map((file) => file.name)).toEqual(["m/a/x.pth"]);
    expect(unmatched).toEqual([]);
  });

  test("may hold newlines, either unicode form, leading dashes and spaces", async () => {
    const names = ["-rf", "a\nb.txt", "e\u0301.txt", "é.txt", "\nfirst", "sp ace", "\\back", "日本"];
    make(...names.map((name) => `d/${name}`));
    expect(await namesOf("d/*")).toEqual([...names].sort());
    expect(await namesOf("d/")).toEqual(names.map((name) => `d/${name}`).sort());
  });
});

describe("a pattern", () => {
  test("that names a file with glob characters in its name takes it literally, and what it matches as well", async () => {
    make("a[1].txt", "a1.txt", "d[x]/file", "results (1).csv", "st*r");
    expect(await namesOf("a[1].txt")).toEqual(["a1.txt", "a[1].txt"]);
    expect(await namesOf("d[x]/file")).toEqual(["d[x]/file"]);
    expect(await namesOf("results (1).csv")).toEqual(["results (1).csv"]);
    expect(await namesOf("st\\*r")).toEqual(["st*r"]);
  });

  test("without a match is named", async () => {
    make("here.txt", "folder/x");
    const { files, unmatched } = await matchResultFiles({
      patterns: ["here.txt", "none.txt", "no/*.csv", "folde?", "", "a/../../*/../x"],
      workingDirectory: work,
    });
    expect(files.map((file) => file.name)).toEqual(["here.txt"]);
    expect(unmatched).toEqual(["none.txt", "no/*.csv", "folde?", "", "a/../../*/../x"]);
  });

  test("with a slash at its end does not take a file", async () => {
    make("file");
    const { files, unmatched, warnings } = await match("file/");
    expect([files, unmatched]).toEqual([[], ["file/"]]);
    expect(warnings).toEqual([`${work}/file is not a folder, as the '/' at the end of file/ says`]);
  });

  test("never opens special files, and says so", { timeout: 5000 }, async () => {
    mkdirSync(join(work, "d"));
    execFileSync("mkfifo", [join(work, "d", "pipe")]);
    const server = createServer().listen(join(work, "d", "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    make("d/file");
    for (const pattern of ["d/", "d/*", "d/**"]) {
      const { files, warnings } = await match(pattern);
      expect(files.map((file) => file.path)).toEqual([join(work, "d/file")]);
      expect(warnings).toEqual([
        `${work}/d/pipe is a named pipe, which cannot be stored`,
        `${work}/d/socket is a socket, which cannot be stored`,
      ]);
    }
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("links", () => {
  test("to files are followed, dangling ones and circles are said", async () => {
    make("real.txt");
    mkdirSync(join(work, "d"));
    symlinkSync(join(work, "real.txt"), join(work, "d", "link"));
    symlinkSync("nowhere", join(work, "d", "dangling"));
    symlinkSync("circle", join(work, "d", "circle"));
    for (const pattern of ["d/", "d/*"]) {
      const { files, warnings } = await match(pattern);
      expect(files.map((file) => [file.path, file.stamp.size])).toEqual([[join(work, "d/link"), 8]]);
      expect(warnings).toEqual([
        `${work}/d/circle is a link that leads nowhere`,
        `${work}/d/dangling is a link that leads nowhere`,
      ]);
    }
  });

  test("to folders are not followed inside a tree, so that a way round ends", async () => {
    make("tree/a/file", "elsewhere/other");
    symlinkSync(join(work, "tree"), join(work, "tree", "a", "up"));
    symlinkSync(join(work, "elsewhere"), join(work, "tree", "out"));
    const whole = await match("tree/");
    expect(whole.files.map((file) => file.name)).toEqual(["tree/a/file"]);
    expect(whole.warnings).toEqual([
      `${work}/tree/out is a link to a folder elsewhere and is not followed: name it in result_files`,
    ]);
    expect(await namesOf("tree/**")).toEqual(["a/file"]);
  });

  test("to folders are followed where the pattern names them", async () => {
    make("elsewhere/file");
    symlinkSync(join(work, "elsewhere"), join(work, "latest"));
    expect(await namesOf("latest/")).toEqual(["latest/file"]);
    expect(await namesOf("l*t/f*")).toEqual(["latest/file"]);
  });
});

test("a folder that may not be read is a warning", async () => {
  make("shut/file");
  chmodSync(join(work, "shut"), 0);
  const { warnings } = await asNobody(() => match("shut/", "shut/*"));
  chmodSync(join(work, "shut"), 0o700);
  expect(warnings).toEqual([`${work}/shut cannot be read (EACCES)`]);
});

/** Root may read everything, so that a test run by root gives that up meanwhile. */
async function asNobody<T>(call: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0 || process.seteuid === undefined) return call();
  chmodSync(top, 0o755);
  process.seteuid(65534);
  try {
    return await call();
  } finally {
    process.seteuid(0);
  }
}
