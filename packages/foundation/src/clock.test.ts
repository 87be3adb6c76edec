import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FakeClock, systemClock } from "./clock.js";

describe("systemClock", () => {
  it("agrees with the kernel about the time since boot", () => {
    const clock = systemClock();
    const kernelMs = Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 1000;
    expect(Math.abs(clock.bootMs() - kernelMs)).toBeLessThan(500);
  });

  it("wakes once its time has come, not before", async () => {
    const clock = systemClock();
    const at = clock.bootMs() + 20;
    await new Promise<void>((resolve) => clock.wakeAt(at, resolve));
    expect(clock.bootMs()).toBeGreaterThanOrEqual(at);
  });
});

describe("FakeClock", () => {
  it("fires timers in order while it moves, those they arm included", () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.wakeAt(30, () => fired.push(`b@${clock.bootMs()}`));
    clock.wakeAt(10, () => {
      fired.push(`a@${clock.bootMs()}`);
      clock.wakeAt(20, () => fired.push(`c@${clock.bootMs()}`));
    });
    const cancel = clock.wakeAt(15, () => fired.push("never"));
    cancel();
    clock.advance(40);
    expect(fired).toEqual(["a@10", "c@20", "b@30"]);
    expect(clock.nextTimer()).toBeUndefined();
  });

  it("keeps durations when the wall clock is set", () => {
    const clock = new FakeClock({ wallMs: 1_000_000 });
    clock.setWall(0);
    clock.advance(5);
    expect(clock.wallMs()).toBe(5);
    expect(clock.bootMs()).toBe(5);
  });
});
