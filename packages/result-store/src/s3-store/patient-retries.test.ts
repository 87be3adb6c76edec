import { describe, expect, it } from "vitest";
import { patientRetries } from "./patient-retries.js";

/** Its `cause` is what the SDK takes for one. */
const failure = (message: string) => new Error(message) as Error & { cause: Error };

const gone = { errorType: "TRANSIENT" as const, error: failure("socket hang up") };

describe("patientRetries", () => {
  it("tries again, ever more slowly, until its time is over, and then gives the last failure", async () => {
    let nowMs = 0;
    const strategy = patientRetries(60_000, () => nowMs);
    let token = await strategy.acquireInitialRetryToken("");
    expect([token.getRetryCount(), token.getRetryDelay()]).toEqual([0, 0]);
    let last = 0;
    while (nowMs <= 60_000) {
      token = await strategy.refreshRetryTokenForRetry(token, gone);
      const delay = token.getRetryDelay();
      expect(delay).toBeGreaterThanOrEqual(Math.min(last / 4, 2_500));
      expect(delay).toBeLessThanOrEqual(5_000);
      last = delay;
      nowMs += delay;
    }
    expect(token.getRetryCount()).toBeGreaterThan(12);
    await expect(strategy.refreshRetryTokenForRetry(token, gone)).rejects.toBe(gone.error);
  });

  it("does not try again what was refused", async () => {
    const strategy = patientRetries(60_000);
    const token = await strategy.acquireInitialRetryToken("");
    const refused = { errorType: "CLIENT_ERROR" as const, error: failure("denied") };
    await expect(strategy.refreshRetryTokenForRetry(token, refused)).rejects.toBe(refused.error);
  });
});
