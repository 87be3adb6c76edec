import { describe, expect } from "vitest";
import { test } from "./rig-test.js";

describe("a job's environment", () => {
  test("comes from the shell, the queue and the job, the nearest last", async ({ rig }) => {
    const file = rig.queue({
      queue_id: "env",
      environment: { A: "queue", B: "queue", GREETING: "hello ${WHO}", FALLBACK: "${UNSET_HERE:-fallback}" },
      jobs: [
        {
          job_id: "show",
          command: "env > shown",
          environment: { B: "job", WHERE: "${JOB_ID} of ${QUEUE_ID}" },
        },
      ],
    });
    const { result } = await rig.runQueue(file, {
      args: ["--env", "EXTRA=from the flag"],
      env: { WHO: "world" },
    });
    expect(result.code).toBe(0);
    const shown = rig.read("shown").split("\n");
    for (const line of [
      "A=queue",
      "B=job",
      "GREETING=hello world",
      "FALLBACK=fallback",
      "EXTRA=from the flag",
      "WHERE=show of env",
      "QUEUE_ID=env",
      "JOB_ID=show",
      "JOB_ATTEMPT=1",
      "PYTHONUNBUFFERED=1",
    ]) {
      expect(shown).toContain(line);
    }
    expect(shown.filter((line) => /^SPAWN_(INSTANCE_ID=local-|PROGRESS_FILE=\/)/.test(line))).toHaveLength(2);
  });

  test("a referenced variable that is set nowhere is refused by name, before anything starts", async ({
    rig,
  }) => {
    const file = rig.queue({
      jobs: [{ job_id: "a", command: "touch ran", environment: { KEY: "${SURELY_NOT_SET}" } }],
    });
    const result = await rig.run(["queue", "run", file]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("SURELY_NOT_SET");
    expect(() => rig.read("ran")).toThrow();
  });

  test("the working directory is the launch folder, and a job's own is resolved against it", async ({
    rig,
  }) => {
    rig.write("inner/here", "");
    const file = rig.queue({
      jobs: [
        { job_id: "outer", command: "pwd > outer" },
        { job_id: "inner", command: "test -e here && pwd > ../inner-pwd", working_directory: "inner" },
      ],
    });
    const { result } = await rig.runQueue(file);
    expect(result.code).toBe(0);
    expect(rig.read("outer").trim()).toBe(rig.cwd);
    expect(rig.read("inner-pwd").trim()).toBe(`${rig.cwd}/inner`);
  });
});
