import { formatDuration } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";

/** Stores tell whole seconds. */
const GRAIN_MS = 1_000;
/** Below that nobody is misled by a time that is shown. */
const TOLERATED_MS = 60_000;

/**
 * How far a wall clock is ahead of the store's, in milliseconds; negative: behind. What the transfer itself may have taken is not
 * counted.
 *
 * @param put stores an object at `key`
 * @returns `undefined` where the store does not say when it got it.
 */
export async function clockAheadMs(
  store: ResultStore,
  key: string,
  wallMs: () => number,
  put: () => Promise<unknown>,
): Promise<number | undefined> {
  const before = wallMs();
  await put();
  const after = wallMs();
  const look = await store.readIfChanged(key, undefined);
  if (look.kind !== "changed") return undefined;
  const { modifiedMs } = look;
  if (modifiedMs + GRAIN_MS < before) return before - modifiedMs;
  return modifiedMs > after ? after - modifiedMs : 0;
}

/** What to warn of, where there is reason to. */
export function clockWarning(aheadMs: number | undefined): string | undefined {
  if (aheadMs === undefined || Math.abs(aheadMs) < TOLERATED_MS) return undefined;
  const by = formatDuration(Math.round(Math.abs(aheadMs) / 1000) * 1000);
  return (
    `the instance's clock is ${by} ${aheadMs > 0 ? "ahead of" : "behind"} the result store's: ` +
    "its deadline and the times shown are off by as much, and AWS refuses requests from 15 minutes on"
  );
}
