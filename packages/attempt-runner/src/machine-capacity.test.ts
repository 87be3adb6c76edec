import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { machineCapacity } from "./machine-capacity.js";

describe("machineCapacity", () => {
  it("has the machine's CPUs and no more memory than there is", () => {
    const { cpus, memoryBytes } = machineCapacity({ environment: {} });
    expect(cpus).toBe(availableParallelism());
    expect(memoryBytes).toBeGreaterThan(0);
    expect(memoryBytes).toBeLessThanOrEqual(totalmem());
  });

  it.each([
    ["0,1", ["0", "1"]],
    ["GPU-8932f937, 3", ["GPU-8932f937", "3"]],
    ["", []],
    ["-1", []],
    ["2,-1,3", ["2"]],
  ])("takes the GPUs that CUDA_VISIBLE_DEVICES=%j leaves", (list, gpus) => {
    expect(machineCapacity({ environment: { CUDA_VISIBLE_DEVICES: list } }).gpus).toEqual(gpus);
  });

  it("counts the driver's GPUs otherwise", () => {
    const folder = mkdtempSync(join(tmpdir(), "spawn-gpus-"));
    for (const bus of ["0000:00:1e.0", "0000:00:1f.0"]) mkdirSync(join(folder, bus));
    expect(machineCapacity({ environment: {}, gpuFolder: folder }).gpus).toEqual(["0", "1"]);
    rmSync(folder, { recursive: true });
    expect(machineCapacity({ environment: {}, gpuFolder: folder }).gpus).toEqual([]);
  });
});
