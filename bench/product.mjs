import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const requireAsCli = createRequire(resolve(root, "apps/cli/package.json"));

/** The built product, as a user has it. */
export const SPAWN = resolve(root, "apps/cli/bin/run.js");
export const RUNNER = resolve(root, "apps/runner/dist/spawn-runner.mjs");

/** @throws Error where it is not built */
export function assertBuilt() {
  for (const path of [resolve(root, "apps/cli/dist/bundle/main.js"), RUNNER]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run pnpm build first`);
  }
}

/**
 * A package of the product, as the CLI loads it.
 *
 * @param {string} name such as `@spawn/dag-core`
 */
export function loadPackage(name) {
  return import(requireAsCli.resolve(name));
}
