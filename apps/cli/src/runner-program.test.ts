import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findRunner, lazyRunner } from "./runner-program.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-runner-program-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, text = ""): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

describe("findRunner", () => {
  const find = (env: Record<string, string> = {}) => findRunner({ env, packageRoot: join(folder, "cli") });

  it("takes what SPAWN_RUNNER names, and runs a script with Node", () => {
    const binary = put("spawn-runner");
    expect(find({ SPAWN_RUNNER: binary })).toEqual({ command: binary, arguments: [] });
    const script = put("runner.mjs");
    expect(find({ SPAWN_RUNNER: script })).toEqual({ command: process.execPath, arguments: [script] });
  });

  it("does not fall back when SPAWN_RUNNER names nothing", () => {
    put("runner/dist/spawn-runner.mjs");
    expect(() => find({ SPAWN_RUNNER: join(folder, "none") })).toThrow(
      expect.objectContaining({ code: "runner-not-found" }),
    );
  });

  it("finds the one beside the package, then the one that is installed", () => {
    put("cli/package.json", "{}");
    put("cli/node_modules/@spawn/runner/package.json", "{}");
    const installed = put("cli/node_modules/@spawn/runner/dist/spawn-runner.mjs");
    expect(find().arguments[0]).toMatch(new RegExp(`${installed.slice(folder.length)}$`));
    const beside = put("runner/dist/spawn-runner.mjs");
    expect(find().arguments).toEqual([beside]);
  });

  it("prefers the binary for this machine, unless it was made of another bundle", () => {
    const name = `runner/binary/spawn-runner-${process.platform}-${process.arch}`;
    const binary = put(name);
    const bundle = put("runner/dist/spawn-runner.mjs", "one");
    put(`${name}.made-of`, `${createHash("sha256").update("one").digest("hex")}\n`);
    expect(find()).toEqual({ command: binary, arguments: [] });
    put("runner/dist/spawn-runner.mjs", "another");
    expect(find().arguments).toEqual([bundle]);
  });

  it("is looked for only once it is needed", () => {
    const runner = lazyRunner({ env: { SPAWN_RUNNER: join(folder, "later") }, packageRoot: folder });
    expect(() => runner.command).toThrow(expect.objectContaining({ code: "runner-not-found" }));
    expect(runner).toMatchObject({ command: put("later"), arguments: [] });
  });
});
