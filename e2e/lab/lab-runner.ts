import { RUNNER_PROGRAMS } from "../runner-programs.js";

/** The shipped runner, which is what instances run; `undefined` where none was built since the last build. */
export function labRunner(): string | undefined {
  return RUNNER_PROGRAMS.find(({ name }) => name === "binary")?.path;
}
