import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { Page, runSnippet } from "./snippets.js";

/** Goes through a page from its beginning to its end. @returns what each snippet said on standard output. */
async function follow(rig: CliRig, page: Page): Promise<readonly string[]> {
  const said: string[] = [];
  for (const snippet of page.snippets) {
    const result = await runSnippet(rig, snippet);
    expect(result.code, `${snippet}\n${result.stdout}\n${result.stderr}`).toBe(0);
    said.push(result.stdout);
  }
  return said;
}

const GUIDE = new Page("docs/job-queue.md");
const NIGHTLY = new Page("examples/nightly-training/README.md");

describe("docs/job-queue.md", { timeout: 120_000 }, () => {
  it("points only at files that are there", () => {
    for (const path of GUIDE.links) expect(existsSync(join(REPOSITORY, "docs", path)), path).toBe(true);
  });

  test("can be followed from its beginning to its end", async ({ rig }) => {
    const [first = "", queue = "", schedules = "", install = "", backup = "", trouble = ""] = await follow(
      rig,
      GUIDE,
    );
    expect(first).toMatch(/INFO: hello\n[\s\S]*WARNING: careful\n[\s\S]*Status: completed/);
    expect(queue).toMatch(/Launched queue letters on local-[\s\S]*\] 4\n[\s\S]*Completed: +2\n/);
    expect(schedules).toMatch(/^1 +nightly +training +30 1 \* \* \* +✓ +\S+T01:30:00\+0[12]:00$/m);
    expect(install).toMatch(/ExecStart=.* worker --max-concurrent 2\n[\s\S]*ExecStart=.* scheduler\n/);
    expect(backup).toMatch(/to backup\.db[\s\S]*^2 +training +completed/m);
    expect(trouble).toContain("Found 0 stale jobs");
    expect(rig.leftovers()).toEqual([]);
  });
});

describe("the guide's program", { timeout: 60_000 }, () => {
  test("runs a job with a handler of its own, in a file that the commands read as well", async ({ rig }) => {
    mkdirSync(join(rig.cwd, "node_modules/@spawn"), { recursive: true });
    symlinkSync(join(REPOSITORY, "packages/job-queue"), join(rig.cwd, "node_modules/@spawn/job-queue"));
    const [program = ""] = GUIDE.programs;
    rig.write("worker.mjs", program);
    const result = await rig.startProgram(process.execPath, ["worker.mjs"]).result;
    expect(result).toMatchObject({ code: 0, stdout: "completed\n" });
    const log = await rig.run(["jobs", "logs", "1", "--db", "models.db"]);
    expect(log.stdout).toContain("INFO: evaluates test");
  });
});

describe("examples/nightly-training", { timeout: 120_000 }, () => {
  test("runs as its README says", async ({ rig }) => {
    cpSync(join(REPOSITORY, "examples"), join(rig.cwd, "examples"), {
      recursive: true,
      filter: (path) => !/\/examples\/[^/]+\/(output|results)(\/|$)/.test(path),
    });
    const [schedule = "", run = ""] = await follow(rig, NIGHTLY);
    expect(schedule).toMatch(/^1 +nightly-training +training +30 1 \* \* \* +✓ /m);
    expect(run).toMatch(/Launched queue ml-training on local-[\s\S]*Status: completed/);
    expect(existsSync(join(rig.cwd, "results/ml-training/export/results/model.bin"))).toBe(true);
  });
});
