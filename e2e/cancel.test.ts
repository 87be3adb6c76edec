import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import { outcomes } from "./status-json.js";

describe("spawn queue cancel", () => {
  test("ends whole process trees, daemons included, and runs what always runs", async ({ rig }) => {
    const gate = rig.gate("deep");
    const tree = "sleep 600 & (sleep 600 & setsid sh -c 'sleep 600 & sleep 600' &)";
    const file = rig.queue({
      queue_id: "trees",
      jobs: [
        { job_id: "deep", command: `${tree}\n${gate.command}; sleep 600` },
        { job_id: "next", command: "true", depends_on: ["deep"] },
        { job_id: "bye", command: 'echo "$SPAWN_QUEUE_STATUS" > bye', always_run: true },
      ],
    });
    await rig.launch(file);
    await gate.reached();
    expect(rig.leftovers().filter((command) => command.includes("sleep 600")).length).toBeGreaterThanOrEqual(
      4,
    );

    expect((await rig.run(["queue", "cancel", "trees"])).code).toBe(0);
    const status = await rig.ended("trees");
    expect(status).toMatchObject({ status: "cancelled", reason: "cancelled" });
    expect(outcomes(status)).toEqual({ deep: "cancelled 1/1", next: "cancelled 0/1", bye: "completed 1/1" });
    expect(rig.read("bye").trim()).toBe("cancelled");
    expect(rig.leftovers()).toEqual([]);
  });

  test("of a queue that is over is an error; so is one of a queue that is not there", async ({ rig }) => {
    await rig.runQueue(rig.queue({ queue_id: "over", jobs: [{ job_id: "a", command: "true" }] }));
    const over = await rig.run(["queue", "cancel", "over"]);
    expect(over.code).toBe(1);
    expect(over.stderr).toContain("over");
    expect((await rig.run(["queue", "cancel", "nobody"])).code).toBe(3);
  });

  test("of a queue that lost its runner cleans up with the variables it is given", async ({ rig }) => {
    const gate = rig.gate("step");
    const file = rig.queue({
      queue_id: "alone",
      jobs: [
        { job_id: "step", command: gate.command },
        {
          job_id: "bye",
          command: 'echo "$TOKEN" > bye',
          always_run: true,
          environment: { TOKEN: "${TOKEN}" },
        },
      ],
    });
    await rig.launch(file, ["--env", "TOKEN=first"]);
    await gate.reached();
    process.kill(rig.runnerPid(), "SIGKILL");
    const without = await rig.run(["queue", "cancel", "alone"]);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain("--env TOKEN=");
    expect((await rig.run(["queue", "cancel", "alone", "--env", "TOKEN=second", "--wait"])).code).toBe(0);
    expect(rig.read("bye")).toBe("second\n");
  });

  test("of a terminated instance runs nothing there", async ({ rig }) => {
    const gate = rig.gate("step");
    const file = rig.queue({
      queue_id: "over-there",
      jobs: [
        { job_id: "step", command: gate.command },
        { job_id: "bye", command: "touch bye", always_run: true },
      ],
    });
    const { instance_id } = await rig.launch(file);
    await gate.reached();
    expect((await rig.run(["terminate", instance_id, "-y"])).code).toBe(0);
    const { code, stderr } = await rig.run(["queue", "cancel", "over-there"]);
    expect(code).toBe(1);
    expect(stderr).toContain("spawn queue resume over-there");
    expect(() => rig.read("bye")).toThrow();
  });
});
