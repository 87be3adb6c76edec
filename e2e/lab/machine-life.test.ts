import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

describe.skipIf(isMissing)("an instance", { timeout: 240_000 }, () => {
  it("appears, runs its queue, hands over, and goes away", async () => {
    const id = await rig.launch({
      queue_id: "hello",
      jobs: [{ job_id: "greet", command: "echo hello | tee hello.txt", result_files: ["hello.txt"] }],
    });
    await rig.untilState(id, "terminated");
    expect(await rig.stored("hello/greet/results/hello.txt"), rig.describe()).toBe("hello\n");
    expect(await rig.status("hello")).toMatchObject({ status: "completed" });
    expect(rig.lab.guard.denials).toEqual([]);
    expect(rig.lab.room.failures).toEqual([]);
  });
});
