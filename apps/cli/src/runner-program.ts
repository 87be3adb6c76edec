import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { SpawnError } from "@spawn/foundation";
import type { RunnerProgram } from "@spawn/launcher";

const BUNDLE = "dist/spawn-runner.mjs";

export interface FindRunnerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root folder of this package. */
  readonly packageRoot: string;
}

/**
 * The runner's program: `$SPAWN_RUNNER`, else the one beside this package, else the one that is installed with it. Of
 * those the binary for this machine, unless it is older than the bundle; else the bundle, on Node.
 *
 * @throws SpawnError `runner-not-found`.
 */
export function findRunner({ env, packageRoot }: FindRunnerOptions): RunnerProgram {
  const { SPAWN_RUNNER } = env;
  if (SPAWN_RUNNER !== undefined && SPAWN_RUNNER !== "") {
    const path = resolve(SPAWN_RUNNER);
    if (existsSync(path)) return programOf(path);
    throw new SpawnError("runner-not-found", `SPAWN_RUNNER names no file: ${SPAWN_RUNNER}`, {
      hint: "Unset it to use the runner that comes with spawn.",
    });
  }
  const found = programIn(join(packageRoot, "../runner")) ?? installedRunner(packageRoot);
  if (found !== undefined) return programOf(found);
  throw new SpawnError("runner-not-found", "the runner's program is missing", {
    hint: "Build it (pnpm run setup in spawn's repository), or name one with SPAWN_RUNNER.",
  });
}

/** The runner, looked for when it is started: most commands start none. */
export function lazyRunner(options: FindRunnerOptions): RunnerProgram {
  let found: RunnerProgram | undefined;
  const find = (): RunnerProgram => {
    found ??= findRunner(options);
    return found;
  };
  return {
    get command() {
      return find().command;
    },
    get arguments() {
      return find().arguments;
    },
  };
}

function installedRunner(packageRoot: string): string | undefined {
  const folder = installedFolder(packageRoot);
  return folder === undefined ? undefined : programIn(folder);
}

/** Of the runner's package, where it is installed with this one. */
export function installedFolder(packageRoot: string): string | undefined {
  try {
    return dirname(createRequire(join(packageRoot, "package.json")).resolve("@spawn/runner/package.json"));
  } catch {
    return undefined;
  }
}

/** The binary of a platform, unless it is older than the bundle that it is made of. */
export function freshBinary(runnerRoot: string, platform: string): string | undefined {
  const binary = join(runnerRoot, "binary", `spawn-runner-${platform}`);
  return madeAt(binary) >= Math.max(0, madeAt(join(runnerRoot, BUNDLE))) ? binary : undefined;
}

function madeAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -1;
}

function programIn(runnerRoot: string): string | undefined {
  const bundle = join(runnerRoot, BUNDLE);
  const binary = freshBinary(runnerRoot, `${process.platform}-${process.arch}`);
  if (binary !== undefined) return binary;
  return madeAt(bundle) >= 0 ? bundle : undefined;
}

/** A script needs Node before it; anything else runs by itself. */
function programOf(path: string): RunnerProgram {
  return /\.[cm]?js$/.test(path)
    ? { command: process.execPath, arguments: [path] }
    : { command: path, arguments: [] };
}
