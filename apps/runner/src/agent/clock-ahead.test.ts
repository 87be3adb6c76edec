import { FakeClock } from "@spawn/foundation";
import { MemoryStore } from "@spawn/result-store/testing";
import { expect, it } from "vitest";
import { clockAheadMs, clockWarning } from "./clock-ahead.js";

const NOW = Date.UTC(2026, 0, 27, 18, 0, 0);

/** As measured with a clock that is off by so much, over a transfer that takes so long. */
async function measured(offMs: number, tookMs: number): Promise<number | undefined> {
  const clock = new FakeClock({ wallMs: NOW });
  const store = new MemoryStore({ clock });
  const wallMs = (): number => clock.wallMs() + offMs;
  return await clockAheadMs(store, "q/o", wallMs, async () => {
    clock.advance(tookMs);
    await store.putBytes("q/o", Buffer.from("x"));
    clock.advance(tookMs);
  });
}

it("is nothing where a transfer took long, and otherwise how far the clock is off at least", async () => {
  expect(await measured(0, 0)).toBe(0);
  expect(await measured(0, 90_000)).toBe(0);
  expect(await measured(300_000, 1_000)).toBe(299_000);
  expect(await measured(-300_000, 1_000)).toBe(-299_000);
});

it("is worth a warning from a minute on, either way", () => {
  expect(clockWarning(undefined)).toBeUndefined();
  expect(clockWarning(59_000)).toBeUndefined();
  expect(clockWarning(90_000)).toMatch(/^the instance's clock is 1m 30s ahead of the result store's/);
  expect(clockWarning(-3_600_000)).toMatch(/^the instance's clock is 1h behind the result store's/);
});
