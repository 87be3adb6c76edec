import { loadQueueFile } from "@spawn/config-schema";
import { describe, expect, it } from "vitest";
import { checkRoom } from "./machine-room.js";

const machine = { cpus: 2, memoryBytes: 8 * 2 ** 30, gpus: ["0"] };

function check(...resources: readonly object[]): void {
  const jobs = resources.map((own, index) => ({ job_id: `job-${index}`, command: "true", resources: own }));
  const { spec } = loadQueueFile(JSON.stringify({ queue_id: "q", jobs }), { fileName: "queue.json" });
  if (spec === undefined) throw new Error("the test's queue file is wrong");
  checkRoom(spec, machine);
}

describe("checkRoom", () => {
  it("is content with jobs that fit, one by one", () => {
    expect(() => check({ cpus: 2, memory: "8GiB", gpus: 1 }, { cpus: 2 })).not.toThrow();
  });

  it("names every job that never will", () => {
    expect(() => check({ cpus: 3 }, { memory: "16GiB", gpus: 4 }, {})).toThrow(
      expect.objectContaining({
        code: "no-capacity",
        message:
          "not enough of this machine for q: job job-0 asks for 3 CPUs, there are 2; job job-1 asks for 16 GiB of memory, there are 8 GiB; job job-1 asks for 4 GPUs, there are 1",
      }),
    );
  });
});
