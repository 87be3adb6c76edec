import { describe, expect, it } from "vitest";
import { memoryWarning } from "./memory-warning.js";

const limited = [{}, { resources: { memoryBytes: 2 ** 30 } }];
const groups = { kind: "process-group", reason: "no cgroup v2 is mounted" } as const;

describe("memoryWarning", () => {
  it("says that declared memory limits nothing, and why", () => {
    const words = "memory limits are not enforced here: no cgroup v2 is mounted";
    expect(memoryWarning(limited, groups)).toBe(words);
  });

  it("says nothing where no job declares memory, or where it is enforced", () => {
    expect(memoryWarning([{}, { resources: { cpus: 2 } }], groups)).toBeUndefined();
    expect(memoryWarning(limited, { kind: "cgroup-v2" })).toBeUndefined();
    expect(memoryWarning(limited, { kind: "cgroup-v1" })).toBeUndefined();
  });
});
