import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FailureCount } from "./failure-count.js";

it("counts over restarts, until the agent works again", () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-failures-"));
  const failures = () => new FailureCount(join(folder, "state/failures"));
  expect(failures().count).toBe(0);
  failures().add();
  failures().add();
  expect(failures().count).toBe(2);
  failures().clear();
  expect(failures().count).toBe(0);
  rmSync(folder, { recursive: true });
});
