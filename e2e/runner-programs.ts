import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { freshBinary } from "../apps/cli/src/runner-program.js";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const RUNNER = join(REPOSITORY, "apps/runner");
const BUNDLE = join(RUNNER, "dist/spawn-runner.mjs");

/** A form in which the runner is shipped. */
export interface RunnerProgram {
  readonly name: "binary" | "bundle on Node";
  readonly path: string;
  readonly argv: readonly [string, ...string[]];
}

function programOf(path: string): RunnerProgram {
  return /\.[cm]?js$/.test(path)
    ? { name: "bundle on Node", path, argv: [process.execPath, path] }
    : { name: "binary", path, argv: [path] };
}

function programsToTest(): readonly RunnerProgram[] {
  const { SPAWN_RUNNER } = process.env;
  if (SPAWN_RUNNER !== undefined && SPAWN_RUNNER !== "") return [programOf(resolve(SPAWN_RUNNER))];
  return [BUNDLE, builtBinary(process.arch) ?? []].flat().map(programOf);
}

/** The binary for an architecture; `undefined` where none was made of the bundle that is there. */
export function builtBinary(arch: string): string | undefined {
  return freshBinary(RUNNER, `linux-${arch}`);
}

/** The runner that `SPAWN_RUNNER` names, alone; without it the bundle, and the binary where it was made of that. */
export const RUNNER_PROGRAMS: readonly RunnerProgram[] = programsToTest();

/** What `RUNNER_PROGRAMS` are, for those who read a test's output. */
export function describePrograms(): string {
  const shown = RUNNER_PROGRAMS.map(({ name, path }) => {
    const inside = relative(REPOSITORY, path);
    return `${name} (${inside.startsWith("..") ? path : inside})`;
  });
  return shown.join(" and ");
}
