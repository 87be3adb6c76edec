import type { Clock } from "@spawn/foundation";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export interface Patience {
  readonly clock: Clock;
  /** How long to go on, in milliseconds. */
  readonly withinMs: number;
  /** Which failures are worth another try. */
  readonly worthwhile: (error: unknown) => boolean;
}

/** Does something again while it fails in a way that passes, with growing pauses; in the end throws the last failure. */
export async function patiently<Value>(patience: Patience, action: () => Promise<Value>): Promise<Value> {
  const end = patience.clock.bootMs() + patience.withinMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.6, LONGEST_PAUSE_MS)) {
    try {
      return await action();
    } catch (error) {
      if (!patience.worthwhile(error) || patience.clock.bootMs() + pause > end) throw error;
    }
    await sleep(patience.clock, pause);
  }
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.wakeAt(clock.bootMs() + ms, resolve);
  });
}
