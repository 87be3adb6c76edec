import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Programs that only write down how they were called, in a folder to be put before all others in `PATH`. */
export interface StubPrograms {
  readonly folder: string;
  /** Each call so far: the program and its arguments. */
  calls(): readonly string[];
  /** Lets a program fail from now on. */
  fail(program: string): void;
}

export function stubPrograms(folder: string, names: readonly string[]): StubPrograms {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, "calls");
  for (const name of names) {
    const script = `#!/bin/sh
echo "${name} $*" >> '${log}'
if [ -e '${folder}/${name}.fails' ]; then echo "${name} is out of order" >&2; exit 1; fi
`;
    writeFileSync(join(folder, name), script, { mode: 0o755 });
  }
  return {
    folder,
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []),
    fail: (program) => writeFileSync(join(folder, `${program}.fails`), ""),
  };
}
