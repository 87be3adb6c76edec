import { seededRandom } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { longestPathMs } from "./longest-path.js";

describe("longestPathMs", () => {
  it("takes the longer way", () => {
    const waits: Record<string, readonly string[]> = { a: [], b: ["a"], c: ["a"], d: ["b", "c"] };
    const costs: Record<string, number> = { a: 1, b: 10, c: 2, d: 5 };
    expect(
      longestPathMs(
        ["d", "a", "b", "c"],
        (job) => costs[job] ?? 0,
        (job) => waits[job] ?? [],
      ),
    ).toBe(16);
    expect(
      longestPathMs(
        [],
        () => 1,
        () => [],
      ),
    ).toBe(0);
  });

  it("agrees with the sum taken in order, whatever the order of asking", () => {
    const random = seededRandom(3);
    const size = 200;
    const waits = Array.from({ length: size }, (_, job) =>
      Array.from({ length: Math.min(job, 4) }, () => String(Math.floor(random.next() * job))),
    );
    const costs = Array.from({ length: size }, () => Math.floor(random.next() * 100));
    const ends: number[] = [];
    for (const [job, before] of waits.entries()) {
      ends.push((costs[job] ?? 0) + Math.max(0, ...before.map((other) => ends[Number(other)] ?? 0)));
    }
    const shuffled = waits.map((_, job) => String((job * 67) % size));
    expect(
      longestPathMs(
        shuffled,
        (job) => costs[Number(job)] ?? 0,
        (job) => waits[Number(job)] ?? [],
      ),
    ).toBe(Math.max(...ends));
  });

  it("follows a chain of any length", () => {
    const chain = Array.from({ length: 100_000 }, (_, job) => String(job));
    expect(
      longestPathMs(
        chain.toReversed(),
        () => 1,
        (job) => (job === "0" ? [] : [String(Number(job) - 1)]),
      ),
    ).toBe(100_000);
  });
});
