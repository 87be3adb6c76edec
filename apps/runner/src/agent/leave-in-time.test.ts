import { FakeClock } from "@spawn/foundation";
import { pino } from "pino";
import { expect, it } from "vitest";
import { leaveInTime } from "./leave-in-time.js";

const MINUTE = 60_000;

/** Of an agent that was told to end with so long to its deadline: after how long it leaves, in milliseconds, if it does. */
async function leavesAfter(leftMs: number, { isOver = false } = {}): Promise<number | undefined> {
  const clock = new FakeClock({ wallMs: 0, bootMs: 0 });
  const [told, over] = [new AbortController(), new AbortController()];
  const deadline = { leftMs: () => leftMs } as never;
  let left: number | undefined;
  const parts = { signal: told.signal, clock, deadline, log: pino({ level: "silent" }) };
  void leaveInTime(parts, over.signal).then(() => {
    left ??= clock.bootMs();
  });
  told.abort();
  if (isOver) over.abort();
  for (let second = 0; second <= 600 && left === undefined; second += 1) {
    clock.advance(second === 0 ? 0 : 1_000);
    await Promise.resolve();
  }
  return left;
}

it("leaves before its service manager loses patience", async () => {
  expect(await leavesAfter(60 * MINUTE)).toBe(110_000);
});

it("leaves at the deadline, and at once after it", async () => {
  expect(await leavesAfter(20_000)).toBe(20_000);
  expect(await leavesAfter(-5_000)).toBe(0);
});

it("has no more to say once the agent is through", async () => {
  expect(await leavesAfter(20_000, { isOver: true })).toBeUndefined();
});
