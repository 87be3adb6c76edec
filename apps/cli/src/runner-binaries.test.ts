import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runnerBinaries } from "./runner-binaries.js";

const SHA256_OF_THIS = createHash("sha256").update("this").digest("hex");
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

  it("finds those beside the package, and leaves out what is not there or made of another bundle", () => {
    const x64 = put("runner/binary/spawn-runner-linux-x64");
    expect(find()).toEqual({ x86_64: x64 });
    const arm64 = put("runner/binary/spawn-runner-linux-arm64");
    expect(find()).toEqual({ x86_64: x64, arm64 });
    put("runner/dist/spawn-runner.mjs", "this");
    put("runner/binary/spawn-runner-linux-arm64.made-of", `${SHA256_OF_THIS}\n`);
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
