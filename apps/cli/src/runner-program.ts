import { existsSync } from "node:fs";
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
 * The runner's program: `$SPAWN_RUNNER`, else the one beside this package, else the one that is installed with it.
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
  const beside = join(packageRoot, "../runner", BUNDLE);
  const found = existsSync(beside) ? beside : installedRunner(packageRoot);
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
  try {
    const manifest = createRequire(join(packageRoot, "package.json")).resolve("@spawn/runner/package.json");
    const path = join(dirname(manifest), BUNDLE);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A script needs Node before it; anything else runs by itself. */
function programOf(path: string): RunnerProgram {
  return /\.[cm]?js$/.test(path)
    ? { command: process.execPath, arguments: [path] }
    : { command: path, arguments: [] };
}
