import { FakeClock } from "@spawn/foundation";
import { expect, it } from "vitest";
import { giveUpInTime } from "./give-up-in-time.js";

const MINUTE = 60_000;

interface Ending {
  readonly leftMs?: number;
  readonly marginMs?: number;
  readonly noticeMs?: number;
  readonly isTold?: boolean;
}

/** After how many seconds the store is given up. */
function givenUpAfter({ leftMs = 60 * MINUTE, marginMs = 2 * MINUTE, noticeMs, isTold }: Ending): number {
  const clock = new FakeClock({ wallMs: 1_000_000, bootMs: 0 });
  let at = Number.NaN;
  const giveUp = (): void => {
    at = clock.bootMs() / 1_000;
  };
  giveUpInTime(
    { uploads: { giveUp } } as never,
    {
      clock,
      deadline: { leftMs: () => leftMs, marginMs } as never,
      signal: isTold === true ? AbortSignal.abort() : new AbortController().signal,
      notice: noticeMs === undefined ? undefined : { action: "terminate", at: 1_000_000 + noticeMs },
    },
    new AbortController().signal,
  );
  for (let second = 0; second < 3_600 && Number.isNaN(at); second += 1) clock.advance(1_000);
  return at;
}

it.each<[string, Ending, number]>([
  ["the deadline", { leftMs: 2 * MINUTE }, 100],
  ["the deadline of a short life", { leftMs: 30_000, marginMs: 30_000 }, 20],
  ["the spot notice's moment", { noticeMs: 2 * MINUTE }, 100],
  ["the patience of the service manager", { isTold: true }, 90],
  ["whichever comes first", { leftMs: MINUTE, noticeMs: 2 * MINUTE, isTold: true }, 40],
])("leaves time for the last words before %s", (_what, ending, seconds) => {
  expect(givenUpAfter(ending)).toBe(seconds);
});
