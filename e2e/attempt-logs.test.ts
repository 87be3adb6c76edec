import { rmSync } from "node:fs";
import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import { jobOf } from "./status-json.js";

describe("the logs of a job that was tried more than once", () => {
  test("are those of all attempts, or of one, also when only the store has them", async ({ rig }) => {
    const gate = rig.gate("second");
    const file = rig.queue({
      queue_id: "tried",
      jobs: [
        {
          job_id: "train",
          // The second attempt holds before it has said anything of its own progress.
          command: `case $JOB_ATTEMPT in
            1) echo "Epoch 9/10"; echo lost >&2; exit 1 ;;
            2) ${gate.command}; exit 1 ;;
            3) echo "Epoch 2/10" ;;
          esac`,
          retry_count: 3,
          retry_delay: "10ms",
        },
      ],
    });
    await rig.launch(file);
    await gate.reached();
    const second = jobOf(await rig.status("tried"), "train");
    expect(second).toMatchObject({ attempt: 2 });
    expect(second).not.toHaveProperty("progress");
    gate.open();
    expect((await rig.ended("tried")).status).toBe("completed");

    const logOf = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await rig.run(["queue", "logs", "tried", ...args]);
      const lines = stdout.split("\n").slice(0, -1);
      return { code, stderr, lines: lines.map((line) => line.replace(/^\[[\d:]+\] /, "")).sort() };
    };
    const looks = async () => {
      expect((await logOf("train")).lines).toEqual(["Epoch 2/10", "Epoch 9/10", "lost"]);
      expect((await logOf("train", "--attempt", "1")).lines).toEqual(["Epoch 9/10", "lost"]);
      expect(await logOf("train", "--attempt", "2")).toMatchObject({
        code: 0,
        lines: [],
        stderr: expect.stringContaining("Attempt 2 of train has printed nothing."),
      });
      expect((await logOf("train", "--attempt", "3", "--tail", "1")).lines).toEqual(["Epoch 2/10"]);
      expect(await logOf("train", "--attempt", "4")).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/has had 3 attempts\n.*logs tried train --attempt 3/),
      });
      expect(await logOf("--attempt", "1")).toMatchObject({ code: 2 });
    };
    await looks();
    rmSync(rig.instancePath(""), { recursive: true });
    await looks();
  });
});
