import fc from "fast-check";
import { expect, test } from "vitest";
import { type LogProgress, NOTHING_STORED, nextLogStep } from "./log-growth.js";

test.each(["append", "replace"] as const)("%s stores are sent at most twice the final size", (growth) => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000), { maxLength: 60 }), (increments) => {
      let size = 0;
      let sent = 0;
      let progress: LogProgress = NOTHING_STORED;
      for (const increment of increments) {
        size += increment;
        const step = nextLogStep(size, progress, growth);
        if (step === undefined) continue;
        expect(step.stored).toBeGreaterThan(progress.stored);
        expect(step.stored).toBeLessThanOrEqual(size);
        sent += growth === "append" ? step.stored - progress.stored : step.stored;
        progress = step;
      }
      expect(sent + size).toBeLessThanOrEqual(2 * size);
    }),
    { seed: 11, numRuns: process.env.SPAWN_LONG === "1" ? 20_000 : 500 },
  );
});

test("a log that grows steadily stays visible in a store that replaces: never less than a quarter of it", () => {
  let progress: LogProgress = NOTHING_STORED;
  for (let size = 0; size < 50_000_000; size += 4096) {
    progress = nextLogStep(size, progress, "replace") ?? progress;
    if (size > 64 * 1024) expect(progress.stored).toBeGreaterThanOrEqual(size / 4);
  }
});

test("a store that appends has it all", () => {
  expect(nextLogStep(10, NOTHING_STORED, "append")).toEqual({ stored: 10, sent: 10 });
  expect(nextLogStep(10, { stored: 10, sent: 10 }, "append")).toBeUndefined();
});
