import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runnerBinaries } from "./runner-binaries.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-binaries-"));
  // Before one that Node finds elsewhere, by NODE_PATH.
  put("cli/node_modules/@spawn/runner/package.json", "{}");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string | Buffer = ""): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", "latin1");
  header.writeUInt16LE(machine, 18);
  return header;
}

describe("runnerBinaries", () => {
  const find = (env: Record<string, string> = {}) =>
    runnerBinaries({ env, packageRoot: join(folder, "cli") });

  it("finds those beside the package, and leaves out what is not there or older than its bundle", () => {
    const x64 = put("runner/binary/spawn-runner-linux-x64");
    expect(find()).toEqual({ x86_64: x64 });
    const arm64 = put("runner/binary/spawn-runner-linux-arm64");
    expect(find()).toEqual({ x86_64: x64, arm64 });
    utimesSync(put("runner/dist/spawn-runner.mjs"), 1000, 1000);
    utimesSync(x64, 999, 999);
    expect(find()).toEqual({ arm64 });
  });

  it("takes SPAWN_RUNNER for the architecture that it is for", () => {
    const arm64 = put("runner/binary/spawn-runner-linux-arm64");
    const own = put("own", elf(0x3e));
    expect(find({ SPAWN_RUNNER: own })).toEqual({ x86_64: own, arm64 });
    const other = put("other", elf(0xb7));
    expect(find({ SPAWN_RUNNER: other })).toEqual({ arm64: other });
    expect(find({ SPAWN_RUNNER: put("runner.mjs", "import 'x';") })).toEqual({ arm64 });
  });
});
