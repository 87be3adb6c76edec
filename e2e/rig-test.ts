import { test as base } from "vitest";
import { CliRig } from "./cli-rig.js";

/** vitest's `test` with a fresh `rig`, whose processes and folders go when the test is over. */
export const test = base.extend<{ rig: CliRig }>({
  // The task is not used, but vitest wants fixtures to take their context apart.
  rig: async ({ task: _task }, use) => {
    const rig = new CliRig();
    try {
      await use(rig);
    } finally {
      rig.dispose();
    }
  },
});
