import { defineConfig } from "vitest/config";
import tests from "../vitest.config.js";

/** For benches that need what the end-to-end tests are made of. */
export default defineConfig({
  ...tests,
  root: new URL("..", import.meta.url).pathname,
  test: { ...tests.test, include: ["bench/*.bench.ts"], testTimeout: 900_000, maxWorkers: 1 },
});
