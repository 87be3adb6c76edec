import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { discardRequests } from "./discard-requests.js";
import { writeRequest } from "./write-request.js";

it("removes the stale ones and leaves the rest", () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-requests-"));
  discardRequests(folder, () => true);
  writeRequest(folder, { kind: "interrupt", cause: "shutdown" });
  const kept = writeRequest(folder, { kind: "cancel", force: false });
  writeFileSync(join(folder, "requests", "odd.json"), "{");
  discardRequests(folder, ({ kind }) => kind === "interrupt");
  expect(readdirSync(join(folder, "requests")).sort()).toEqual([`${kept}.json`, "odd.json"]);
  rmSync(folder, { recursive: true });
});
