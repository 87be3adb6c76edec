import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FailureCount } from "./failure-count.js";

it("counts over restarts and keeps the latest words, until the agent works again", () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-failures-"));
  const failures = () => new FailureCount(join(folder, "run/failures"));
  expect(failures()).toMatchObject({ count: 0, last: undefined });
  failures().add("no such file");
  failures().add("two\nlines");
  expect(failures()).toMatchObject({ count: 2, last: "two lines" });
  failures().clear();
  expect(failures()).toMatchObject({ count: 0, last: undefined });
  rmSync(folder, { recursive: true });
});
