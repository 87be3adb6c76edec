import { builtBinary, RUNNER_PROGRAMS } from "../runner-programs.js";

/** The shipped runner, which is what instances run; `undefined` where none was built since the last build. */
export function labRunner(): string | undefined {
  return RUNNER_PROGRAMS.find(({ name }) => name === "binary")?.path;
}

/** The shipped runner for instances of arm64; `undefined` where none was made of the bundle that is there. */
export function labRunnerArm64(): string | undefined {
  return builtBinary("arm64");
}
