import fc from "fast-check";
import type { StoreUnderTest } from "../store-under-test.js";
import { storeCommands } from "./store-commands.js";
import { StoreModel } from "./store-model.js";

export interface StoreModelRun {
  readonly runs: number;
  /** At most so many in one run. */
  readonly commands: number;
}

/** Puts random commands to a new store and to the model of one, and compares them after each. */
export async function runStoreModel(
  open: () => Promise<StoreUnderTest>,
  { runs, commands }: StoreModelRun,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(storeCommands(commands), async (chosen) => {
      const under = await open();
      try {
        await fc.asyncModelRun(
          () => ({ model: new StoreModel(), real: { under, jobIds: [], leases: [] } }),
          chosen,
        );
      } finally {
        await under.close();
      }
    }),
    { numRuns: runs },
  );
}
