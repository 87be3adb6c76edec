import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeCompletion } from "./completion-file.js";

it("leaves the completion, the last one wins, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-complete-"));
  const path = join(folder, "SPAWN_COMPLETE");
  writeCompletion({ status: "failure", message: "no data" }, path);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ status: "failure", message: "no data" });
  writeCompletion({ status: "success" }, path);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ status: "success" });
  expect(readdirSync(folder)).toEqual(["SPAWN_COMPLETE"]);
  rmSync(folder, { recursive: true });
});
