import { afterEach, beforeEach, describe } from "vitest";
import { jobContract } from "./job-contract.js";
import { leaseContract } from "./lease-contract.js";
import { logContract } from "./log-contract.js";
import { scheduleContract } from "./schedule-contract.js";
import type { StoreUnderTest } from "./store-under-test.js";

/** What every store promises. `open` makes an empty one. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the job store's contract`, () => {
    let under: StoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    jobContract(() => under);
    leaseContract(() => under);
    logContract(() => under);
    scheduleContract(() => under);
  });
}
