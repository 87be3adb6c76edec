import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Completion, readCompletion, writeCompletion } from "./completion-file.js";

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

it.each<[string, Completion]>([
  ["", { status: "success" }],
  ["\n", { status: "success" }],
  ['{"status":"failure","message":"no data"}', { status: "failure", message: "no data" }],
  ['{"status":"completed"}', { status: "success" }],
  ["done at last", { status: "success", message: "done at last" }],
  ['{"status":"fai', { status: "success", message: '{"status":"fai' }],
  ["null", { status: "success", message: "null" }],
])("reads %j as scripts mean it", (text, said) => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-complete-"));
  const path = join(folder, "SPAWN_COMPLETE");
  expect(readCompletion(path)).toBeUndefined();
  writeFileSync(path, text);
  expect(readCompletion(path)).toEqual(said);
  rmSync(folder, { recursive: true });
});
