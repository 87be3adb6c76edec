import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ResultStore } from "../result-store.js";
import { LIVE_BYTES_PER_S, type LogProgress, nextLogStep } from "./log-growth.js";

const everyMs = 9_000;
const NOTHING: LogProgress = { stored: 0, sent: 0, sinceMs: 0 };

/** One log in a store, looked at again and again. */
class GrowingLog {
  size = 0;
  nowMs = 0;
  /** Counted here, apart from what the steps say of it. */
  sent = 0;
  steps = 0;
  progress = NOTHING;
  readonly #growth: ResultStore["growth"];

  constructor(growth: ResultStore["growth"]) {
    this.#growth = growth;
  }

  grow(bytes: number, ms: number): void {
    this.size += bytes;
    this.nowMs += ms;
    const look = { size: this.size, nowMs: this.nowMs, everyMs };
    const step = nextLogStep(look, this.progress, this.#growth);
    if (step === undefined) return;
    expect(step.stored).toBeGreaterThan(this.progress.stored);
    expect(step.stored).toBeLessThanOrEqual(this.size);
    this.sent += this.#growth === "append" ? step.stored - this.progress.stored : step.stored;
    this.steps += 1;
    this.progress = step;
  }

  /** What may have been sent by now, with the complete log once more. */
  get bound(): number {
    return 2 * this.size + (LIVE_BYTES_PER_S * this.nowMs) / 1000;
  }
}

const looks = fc.array(fc.record({ bytes: fc.nat(200_000), ms: fc.nat(20_000) }), { maxLength: 60 });
const runs = { seed: 11, numRuns: process.env.SPAWN_LONG === "1" ? 20_000 : 500 };

test("a store that replaces is sent twice the final size at most, and so much a second", () => {
  fc.assert(
    fc.property(looks, (all) => {
      const log = new GrowingLog("replace");
      for (const { bytes, ms } of all) {
        log.grow(bytes, ms);
        expect(log.sent + log.size).toBeLessThanOrEqual(log.bound);
      }
    }),
    runs,
  );
});

test("a store that appends is sent twice the final size", () => {
  fc.assert(
    fc.property(looks, (all) => {
      const log = new GrowingLog("append");
      for (const { bytes, ms } of all) log.grow(bytes, ms);
      expect(log.sent + log.size).toBeLessThanOrEqual(2 * log.size);
    }),
    runs,
  );
});

describe("in a store that replaces", () => {
  test("the first line is there at the next look", () => {
    const log = new GrowingLog("replace");
    log.grow(0, 5_000);
    expect(log.steps).toBe(0);
    log.grow(30, 5_000);
    expect(log.progress.stored).toBe(30);
  });

  test("a line a second is never more than ten seconds behind for twenty minutes, looked at every five", () => {
    const log = new GrowingLog("replace");
    for (let s = 0; s < 20 * 60; s += 5) {
      log.grow(5 * 30, 5_000);
      expect(log.size - log.progress.stored).toBeLessThanOrEqual(10 * 30);
    }
    expect(log.sent).toBeLessThan(LIVE_BYTES_PER_S * 20 * 60);
  });

  test.each([
    [64, 16],
    [256, 64],
    [1024, 256],
  ])("one of %i KiB that goes on slowly is at most %i seconds and a look behind", (kib, behindS) => {
    const log = new GrowingLog("replace");
    const perS = 100;
    let atMs: number | undefined;
    while (log.size < kib * 1024) {
      const { steps } = log;
      log.grow(5 * perS, 5_000);
      if (log.steps === steps) continue;
      if (atMs !== undefined) expect(log.nowMs - atMs).toBeLessThanOrEqual(behindS * 1000 + 5_000);
      atMs = log.nowMs;
    }
    expect(log.steps).toBeGreaterThan(10);
  });

  test("one that grows steadily and fast is never less than a quarter there", () => {
    const log = new GrowingLog("replace");
    while (log.size < 50_000_000) {
      log.grow(4096, 10);
      if (log.size > 64 * 1024) expect(log.progress.stored).toBeGreaterThanOrEqual(log.size / 4);
    }
  });

  test("nothing is sent of one that does not grow", () => {
    const log = new GrowingLog("replace");
    log.grow(30, 5_000);
    for (let s = 0; s < 3600; s += 5) log.grow(0, 5_000);
    expect(log.steps).toBe(1);
  });
});

test("a store that appends has it all", () => {
  const log = new GrowingLog("append");
  log.grow(10, 0);
  log.grow(1, 0);
  expect(log.progress).toMatchObject({ stored: 11, sent: 11 });
  log.grow(0, 60_000);
  expect(log.steps).toBe(2);
});
