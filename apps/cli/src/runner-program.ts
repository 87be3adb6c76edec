import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
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
 * those the binary for this machine, unless it was made of another bundle; else the bundle, on Node.
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

/** The binary of a platform, unless it was made of another bundle than the one that is there. */
export function freshBinary(runnerRoot: string, platform: string): string | undefined {
  const binary = join(runnerRoot, "binary", `spawn-runner-${platform}`);
  if (!existsSync(binary)) return undefined;
  const bundle = join(runnerRoot, BUNDLE);
  // Its chunks are named by their content, so that the first file tells all. A file's time does not: a build writes anew what it was.
  return !existsSync(bundle) || madeOf(binary) === sha256(bundle) ? binary : undefined;
}

/** The sha256 of the bundle that a binary was made of, as `build-binary.mjs` noted it. */
function madeOf(binary: string): string | undefined {
  const note = `${binary}.made-of`;
  return existsSync(note) ? readFileSync(note, "utf8").trim() : undefined;
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function programIn(runnerRoot: string): string | undefined {
  const bundle = join(runnerRoot, BUNDLE);
  const binary = freshBinary(runnerRoot, `${process.platform}-${process.arch}`);
  if (binary !== undefined) return binary;
  return existsSync(bundle) ? bundle : undefined;
}

/** A script needs Node before it; anything else runs by itself. */
function programOf(path: string): RunnerProgram {
  return /\.[cm]?js$/.test(path)
    ? { command: process.execPath, arguments: [path] }
    : { command: path, arguments: [] };
}
