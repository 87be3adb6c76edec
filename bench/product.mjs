import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const requireAsCli = createRequire(resolve(root, "apps/cli/package.json"));

/** The built product, as a user has it. */
export const SPAWN = resolve(root, "apps/cli/bin/run.js");
export const RUNNER = resolve(root, "apps/runner/dist/spawn-runner.mjs");

const BINARY = resolve(
  root,
  `apps/runner/binary/spawn-runner-linux-${process.arch === "arm64" ? "arm64" : "x64"}`,
);

/**
 * The runner in the forms in which it is shipped; the binary where `pnpm build:runner` has made it.
 *
 * @type {ReadonlyMap<string, { readonly program: string, readonly argv: readonly string[] }>}
 */
export const RUNNERS = new Map([
  ["spawn-runner, one binary", { program: BINARY, argv: [BINARY] }],
  ["spawn-runner on Node", { program: RUNNER, argv: [process.execPath, RUNNER] }],
]);

/** What a runner is told when it is started on an instance, in this folder; its store is there too unless it is elsewhere. */
export function runnerCommand(folder, store = resolve(folder, "store")) {
  const options = {
    "--root": resolve(folder, "instance"),
    "--instance-id": "local-bench",
    "--working-directory": folder,
    "--store": store,
  };
  return ["run", ...Object.entries(options).flat()];
}

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

const requireAsJobQueue = createRequire(resolve(root, "packages/job-queue/package.json"));

export function loadJobQueue() {
  return loadPackage("@spawn/job-queue");
}

/**
 * A program's library that the job queue uses, as it loads it.
 *
 * @param {"better-sqlite3" | "bullmq" | "ioredis"} name
 */
export function loadOfJobQueue(name) {
  return import(requireAsJobQueue.resolve(name));
}
