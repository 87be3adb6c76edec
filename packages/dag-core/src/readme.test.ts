import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as dagCore from "./index.js";

/** The README's example, its imports turned into what is handed in. */
function example(): (...args: unknown[]) => void {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [, code = ""] = /```js\n(.*?)```/s.exec(readme) ?? [];
  expect(code).toContain('from "@spawn/dag-core"');
  const body = code
    .replace(/import (\{.*\}) from "node:child_process";/, "const $1 = childProcess;")
    .replace(/import (\{.*\}) from "@spawn\/dag-core";/, "const $1 = dagCore;");
  const run = new Function("childProcess", "dagCore", "console", body);
  return (...args) => run(...args);
}

test("the example in the README runs, and prints what it says", () => {
  const printed: unknown[][] = [];
  example()({ spawnSync }, dagCore, { log: (...values: unknown[]) => printed.push(values) });
  expect(printed).toEqual([
    [
      { state: "failed", reason: "job-failed" },
      {
        total: 4,
        completed: 3,
        failed: 1,
        pending: 0,
        blocked: 0,
        running: 0,
        retrying: 0,
        skipped: 0,
        cancelled: 0,
      },
    ],
  ]);
});
