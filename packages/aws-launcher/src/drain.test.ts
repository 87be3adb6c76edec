import { queueKeys } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { type DrainOptions, drain, LONGEST_MS, SILENT_MS } from "./drain.js";
import { HurriedClock } from "./testing/hurried-clock.js";

const KEY = queueKeys("q").status;
let clock: HurriedClock;
let store: MemoryStore;

beforeEach(() => {
  clock = new HurriedClock();
  store = new MemoryStore();
});

/** One whose machine ends after so long; whose agent says something every ten seconds for so long. */
async function waitFor(endsAfterMs: number, heardForMs: number, more: Partial<DrainOptions> = {}) {
  const since = clock.bootMs();
  const waited = () => clock.bootMs() - since;
  let said = 0;
  const hasEnded = await drain({
    ...{ store, queueId: "q", clock, silentMs: SILENT_MS, longestMs: LONGEST_MS },
    ...{ onLook: undefined, signal: undefined },
    isRunning: async () => {
      if (waited() >= said * 10_000 && waited() <= heardForMs) {
        said += 1;
        await store.putBytes(KEY, Buffer.from(`{"said":${said}}`));
      }
      return waited() < endsAfterMs;
    },
    ...more,
  });
  return { hasEnded, waitedMs: waited() };
}

describe("an instance that drains", () => {
  it("is waited for as long as its agent is heard, though that takes minutes", async () => {
    const { hasEnded, waitedMs } = await waitFor(9 * 60_000, Number.POSITIVE_INFINITY);
    expect(hasEnded).toBe(true);
    expect(waitedMs).toBeGreaterThanOrEqual(9 * 60_000);
  });

  it("is waited for no longer than an agent waits for a store that fails", async () => {
    const { hasEnded, waitedMs } = await waitFor(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect({ hasEnded, waitedMs }).toEqual({ hasEnded: false, waitedMs: LONGEST_MS });
  });

  it("is given up once it has said nothing for a while, from the beginning or later", async () => {
    expect(await waitFor(Number.POSITIVE_INFINITY, -1)).toEqual({ hasEnded: false, waitedMs: SILENT_MS });
    const { hasEnded, waitedMs } = await waitFor(Number.POSITIVE_INFINITY, 120_000);
    expect(hasEnded).toBe(false);
    expect(waitedMs).toBeGreaterThanOrEqual(120_000 + SILENT_MS);
    expect(waitedMs).toBeLessThan(150_000 + SILENT_MS);
  });

  it("is left to itself at the signal", async () => {
    const leaving = new AbortController();
    const onLook = (): void => leaving.abort();
    await expect(waitFor(60_000, 60_000, { onLook, signal: leaving.signal })).rejects.toThrow(/abort/);
  });
});
