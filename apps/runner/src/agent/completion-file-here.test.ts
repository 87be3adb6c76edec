import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildAgentConfig } from "../testing/build-agent-config.js";
import { completionFileHere } from "./completion-file-here.js";

it("is what the launch said, and the usual place where nothing was launched", () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-here-"));
  const path = join(folder, "agent.json");
  expect(completionFileHere(path)).toBe("/tmp/SPAWN_COMPLETE");
  writeFileSync(path, JSON.stringify(buildAgentConfig({ completion_file: "/tmp/DONE" })));
  expect(completionFileHere(path)).toBe("/tmp/DONE");
  rmSync(folder, { recursive: true });
});
