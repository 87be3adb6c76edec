import { describe, expect } from "vitest";
import { test } from "./rig-test.js";

const ESCAPE = "\u001b";

describe("output", () => {
  test("into a pipe is plain lines, results on stdout, the rest on stderr", async ({ rig }) => {
    const file = rig.queue({ queue_id: "plain", jobs: [{ job_id: "only", command: "echo from the job" }] });
    const { code, stdout, stderr } = await rig.run(["queue", "run", file]);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect(stdout + stderr).not.toContain("\r");
    expect(stdout + stderr).toContain("only");
  });

  test("on a terminal is coloured, unless NO_COLOR is set", async ({ rig }) => {
    const file = rig.queue({ queue_id: "coloured", jobs: [{ job_id: "only", command: "true" }] });
    await rig.runQueue(file);
    const onTerminal = async (env: Record<string, string>): Promise<string> => {
      const command = `${process.execPath} ${rig.cli} queue status coloured`;
      const options = { env: { TERM: "xterm-256color", ...env } };
      return (await rig.startProgram("script", ["-qec", command, "/dev/null"], options).result).stdout;
    };
    expect(await onTerminal({})).toContain(`${ESCAPE}[`);
    const plain = await onTerminal({ NO_COLOR: "1" });
    expect(plain).not.toMatch(/\u001b\[\d+m/);
    expect(plain).toContain("completed");
  });

  test("of the live view on a terminal ends with all jobs done", async ({ rig }) => {
    const file = rig.queue({ queue_id: "live", jobs: [{ job_id: "only", command: "echo 50%; echo 100%" }] });
    const command = `${process.execPath} ${rig.cli} queue run ${file}`;
    const options = { env: { TERM: "xterm-256color" } };
    const { code, stdout } = await rig.startProgram("script", ["-qec", command, "/dev/null"], options).result;
    expect(code).toBe(0);
    expect(stdout).toContain("only");
    expect(stdout).toContain("completed");
  });
});
