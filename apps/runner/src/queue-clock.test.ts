import { FakeClock } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { QueueClock } from "./queue-clock.js";

const HOUR_MS = 3_600_000;

describe("QueueClock", () => {
  it("does not notice that somebody sets the clock", () => {
    const clock = new FakeClock();
    const queue = new QueueClock(clock, undefined);
    clock.advance(1000);
    clock.setWall(clock.wallMs() + HOUR_MS);
    expect(queue.now()).toBe(1000);
    clock.setWall(clock.wallMs() - 2 * HOUR_MS);
    clock.advance(1000);
    expect(queue.now()).toBe(2000);
  });

  it("bridges a reboot by the wall clock, and from then on does not notice either", () => {
    const clock = new FakeClock({ bootMs: 5000 });
    const before = { t: 10_000, at: clock.wallMs() - 60_000, bootMs: 1e9, bootId: "a boot before" };
    const queue = new QueueClock(clock, before);
    expect(queue.now()).toBe(70_000);
    clock.setWall(clock.wallMs() + HOUR_MS);
    clock.advance(1000);
    expect(queue.now()).toBe(71_000);
    clock.setWall(clock.wallMs() - 2 * HOUR_MS);
    clock.advance(1000);
    expect(queue.now()).toBe(72_000);
  });

  it("never goes back behind what the journal knows, and still goes on", () => {
    const clock = new FakeClock();
    const before = { t: 10_000, at: clock.wallMs() + HOUR_MS, bootMs: 1e9, bootId: "a boot before" };
    const queue = new QueueClock(clock, before, 12_000);
    expect(queue.now()).toBe(12_000);
    clock.advance(1000);
    expect(queue.now()).toBe(13_000);
  });

  it("rings when it says", () => {
    const clock = new FakeClock();
    const queue = new QueueClock(clock, undefined);
    const rung: number[] = [];
    queue.wakeAt(5000, () => rung.push(queue.now()));
    clock.setWall(clock.wallMs() + HOUR_MS);
    clock.advance(4999);
    expect(rung).toEqual([]);
    clock.advance(1);
    expect(rung).toEqual([5000]);
  });
});
