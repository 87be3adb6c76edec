import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadQueueFile } from "@spawn/config-schema";
import { expect, it } from "vitest";
import { unshippedScripts } from "./unshipped-scripts.js";

it("names what a command runs and the instance will not have", () => {
  const cwd = mkdtempSync(join(tmpdir(), "spawn-scripts-"));
  try {
    mkdirSync(join(cwd, "scripts"));
    for (const name of ["scripts/train.py", "run.sh", "Makefile"]) writeFileSync(join(cwd, name), "");
    const jobs = [
      { job_id: "a", command: "python ./scripts/train.py --out=/tmp/x && ./run.sh" },
      { job_id: "b", command: "cat scripts/train.py; make; python scripts/none.py; /bin/true" },
      { job_id: "c", command: "sh run.sh", working_directory: "/opt" },
    ];
    const { spec } = loadQueueFile(JSON.stringify({ jobs }), { fileName: "q.json" });
    if (spec === undefined) throw new Error("the test's queue file is wrong");
    expect(unshippedScripts(spec, cwd, undefined)).toEqual([
      "scripts/train.py (job a, b) is here and will not be on the instance: ship this folder: --workdir .",
      "run.sh (job a) is here and will not be on the instance: ship this folder: --workdir .",
    ]);
    expect(unshippedScripts(spec, cwd, new Set(["scripts/train.py"]))).toEqual([
      expect.stringMatching(/^run\.sh .*left out by \.gitignore/),
    ]);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
