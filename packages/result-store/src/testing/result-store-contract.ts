import { afterEach, beforeEach, describe } from "vitest";
import { conditionsContract } from "./contract/conditions.js";
import { type StoreUnderTest, Subject } from "./contract/contract-subject.js";
import { keysContract } from "./contract/keys.js";
import { listingsContract } from "./contract/listings.js";
import { readsContract } from "./contract/reads.js";
import { writesContract } from "./contract/writes.js";

/** What every implementation of `ResultStore` must do. Run it in a test file of the implementation. */
export function resultStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the result store's contract`, () => {
    let current: Subject;
    beforeEach(async () => {
      current = new Subject(await makeStore());
    });
    afterEach(() => current.remove());
    const subject = (): Subject => current;
    writesContract(subject);
    conditionsContract(subject);
    readsContract(subject);
    listingsContract(subject);
    keysContract(subject);
  });
}
