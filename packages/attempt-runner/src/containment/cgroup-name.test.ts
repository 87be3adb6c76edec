import { describe, expect, it } from "vitest";
import { cgroupName, groupName } from "./cgroup-name.js";

describe("cgroupName", () => {
  it("is the queue and the attempt, as people know them", () => {
    const { group, leaf } = cgroupName("local-1/nightly-run/train.a/12");
    expect(group).toMatch(/^nightly-run-[0-9a-f]{12}$/);
    expect(group).toBe(groupName("local-1/nightly-run"));
    expect(leaf).toBe("train.a.12");
  });

  it("tells the same queue on two instances apart", () => {
    expect(groupName("local-1/q")).not.toBe(groupName("local-2/q"));
  });

  it("is plain and short, and still one for each marker", () => {
    const markers = [
      "q/a b/1",
      "q/a:b/1",
      "q/a_b/1",
      `q/${"x".repeat(300)}/1`,
      `q/${"x".repeat(300)}y/1`,
      "q/../1",
    ];
    const leaves = markers.map((marker) => cgroupName(marker).leaf);
    expect(new Set(leaves).size).toBe(markers.length);
    for (const leaf of leaves) expect(leaf).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,180}$/);
  });
});
