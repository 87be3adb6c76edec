import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Where CI wants the counts. */
const report = process.env.SPAWN_TEST_REPORT;

// Not "module": what Node itself imports from there (the AWS SDK) is meant for bundlers.
const sourceConditions = ["spawn-source", "node", "development|production"];

export default defineConfig({
  resolve: { conditions: sourceConditions },
  ssr: { resolve: { conditions: sourceConditions, externalConditions: ["spawn-source", "node"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "e2e/**/*.test.ts"],
    globalSetup: ["e2e/say-runner.ts"],
    // Vitest itself would leave a core idle, and so do tests that wait for machines. The limits are for what hangs: a busy machine is no failure.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});
