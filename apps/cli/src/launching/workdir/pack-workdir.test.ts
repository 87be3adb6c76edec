import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packWorkdir } from "./pack-workdir.js";
import { shippedFiles } from "./shipped-files.js";

let folder: string;
let source: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-pack-"));
  source = join(folder, "source");
  mkdirSync(join(source, "scripts"), { recursive: true });
  mkdirSync(join(source, "empty"));
  writeFileSync(join(source, "scripts/run.sh"), "#!/bin/sh\necho hi\n");
  chmodSync(join(source, "scripts/run.sh"), 0o755);
  writeFileSync(join(source, "-odd @name"), "x");
  writeFileSync(join(source, "@archive"), "not one");
  symlinkSync("scripts/run.sh", join(source, "link"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it("holds the files as they are, and unpacks with tar alone", async () => {
  const packed = await packWorkdir(source, shippedFiles(source), join(folder, "w.tar.gz"));
  expect(lstatSync(packed.archive)).toMatchObject({ size: packed.size });
  expect(lstatSync(packed.archive).mode & 0o777).toBe(0o600);
  const out = join(folder, "out");
  mkdirSync(out);
  execFileSync("tar", ["-xzf", packed.archive, "-C", out, "--no-same-owner"]);
  expect(readFileSync(join(out, "scripts/run.sh"), "utf8")).toContain("echo hi");
  expect(lstatSync(join(out, "scripts/run.sh")).mode & 0o777).toBe(0o755);
  expect(lstatSync(join(out, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(out, "-odd @name"), "utf8")).toBe("x");
  expect(readFileSync(join(out, "@archive"), "utf8")).toBe("not one");
  expect(lstatSync(join(out, "empty")).isDirectory()).toBe(true);
});

it("gives the same bytes for the same files", async () => {
  const first = await packWorkdir(source, shippedFiles(source), join(folder, "1.tar.gz"));
  const second = await packWorkdir(source, shippedFiles(source), join(folder, "2.tar.gz"));
  expect(second.sha256).toBe(first.sha256);
  writeFileSync(join(source, "new"), "");
  expect((await packWorkdir(source, shippedFiles(source), join(folder, "3.tar.gz"))).sha256).not.toBe(
    first.sha256,
  );
});
