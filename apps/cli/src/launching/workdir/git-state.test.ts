import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { gitState } from "./git-state.js";

it("is the commit, and whether the folder differs from it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-git-"));
  try {
    expect(await gitState(folder)).toBeUndefined();
    const git = (...args: readonly string[]) =>
      execFileSync("git", ["-c", "user.name=me", "-c", "user.email=me@example.com", ...args], {
        cwd: folder,
        encoding: "utf8",
      }).trim();
    git("init", "-q");
    expect(await gitState(folder)).toBeUndefined();
    writeFileSync(join(folder, "a"), "1");
    git("add", "a");
    git("commit", "-qm", "first");
    const commit = git("rev-parse", "HEAD");
    expect(await gitState(folder)).toEqual({ commit, dirty: false });
    writeFileSync(join(folder, "a"), "2");
    expect(await gitState(folder)).toEqual({ commit, dirty: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
