import { closeSync, openSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Architecture } from "@spawn/aws-launcher";
import { type FindRunnerOptions, freshBinary, installedFolder } from "./runner-program.js";

export type RunnerBinaries = Readonly<Partial<Record<Architecture, string>>>;

/**
 * The runner's binaries for Linux, as EC2 needs them: those that come with spawn, beside this package or installed with it,
 * unless they were made of another bundle; `$SPAWN_RUNNER` stands in for the one of its architecture. One that is not there is
 * left out.
 */
export function runnerBinaries({ env, packageRoot }: FindRunnerOptions): RunnerBinaries {
  const folders = [join(packageRoot, "../runner"), installedFolder(packageRoot)];
  const found: Partial<Record<Architecture, string>> = {};
  for (const [architecture, machine] of MACHINES) {
    const path = folders.flatMap((folder) =>
      folder === undefined ? [] : (freshBinary(folder, `linux-${machine}`) ?? []),
    )[0];
    if (path !== undefined) found[architecture] = path;
  }
  const own = env.SPAWN_RUNNER ? resolve(env.SPAWN_RUNNER) : undefined;
  const architecture = own === undefined ? undefined : architectureOf(own);
  return architecture === undefined ? found : { ...found, [architecture]: own };
}

const MACHINES: readonly (readonly [Architecture, string])[] = [
  ["x86_64", "x64"],
  ["arm64", "arm64"],
];

/** What a Linux binary says in its header that it is for; `undefined` for anything else. */
function architectureOf(path: string): Architecture | undefined {
  const header = Buffer.alloc(20);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, header, 0, header.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  if (header.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  return ELF_MACHINES.get(header.readUInt16LE(18));
}

const ELF_MACHINES: ReadonlyMap<number, Architecture> = new Map([
  [0x3e, "x86_64"],
  [0xb7, "arm64"],
]);
