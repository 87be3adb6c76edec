import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";
import { RunnerRig } from "./runner-rig.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-program-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The program under the other name that it is installed by. */
function asSpored({ argv, path }: RunnerProgram): readonly [string, ...string[]] {
  const link = join(folder, "spored");
  symlinkSync(path, link);
  return argv.length === 1 ? [link] : [argv[0], link];
}

function output([program, ...before]: readonly [string, ...string[]], args: readonly string[]): string {
  return execFileSync(program, [...before, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    encoding: "utf8",
  });
}

describe.each(RUNNER_PROGRAMS)("the runner's program ($name)", (program) => {
  it("says its version, by either name", () => {
    expect(output(program.argv, ["--version"])).toMatch(/^spawn-runner \d+\.\d+\.\d+\n$/);
    expect(output(asSpored(program), ["--version"])).toBe(output(program.argv, ["--version"]));
  });

  it("as spored, notes that a script's work is complete", () => {
    const file = join(folder, "completion");
    const args = ["complete", "--status", "failure", "--message", "no data", "--completion-file", file];
    output(asSpored(program), args);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ status: "failure", message: "no data" });
  });

  it("takes no settings from the folder that it is started in", () => {
    writeFileSync(join(folder, ".env"), "BUN_OPTIONS=--version\nSPAWN_E2E_FROM_DOTENV=1\n");
    writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./not-there.ts"]\n');
    expect(output(program.argv, ["--version"])).toMatch(/^spawn-runner /);
  });

  it("says so where there is no queue file", async () => {
    const rig = new RunnerRig(program, { queue_id: "none", jobs: [] });
    try {
      rmSync(join(rig.state, "queue.json"));
      const { code, stderr } = await rig.start().ended;
      expect(code).toBe(1);
      expect(stderr).toContain('"code":"bad-queue-file"');
      expect(stderr).not.toContain("stack");
    } finally {
      rig.dispose();
    }
  });

  it("refuses a queue that another runner has, and leaves it alone", async () => {
    const jobs = [
      { job_id: "held", command: "echo $JOB_ATTEMPT >> marks/held; until [ -e go ]; do sleep 0.05; done" },
    ];
    const rig = new RunnerRig(program, { queue_id: "held", jobs });
    try {
      const first = rig.start();
      await rig.record(({ type }) => type === "attempt-started", first);
      const second = await rig.start().ended;
      expect(second.code).toBe(1);
      expect(second.stderr).toContain('"code":"already-running"');
      expect(second.stderr).toContain(`pid ${first.pid}`);
      writeFileSync(join(rig.work, "go"), "");
      expect(await first.ended).toMatchObject({ code: 0 });
      expect(readFileSync(join(rig.work, "marks/held"), "utf8")).toBe("1\n");
    } finally {
      rig.dispose();
    }
  });
});
