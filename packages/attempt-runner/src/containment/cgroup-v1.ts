import { existsSync } from "node:fs";
import { join } from "node:path";
import { cgroupContainment, TOP_FOLDER } from "./cgroup-containment.js";
import type { Containment } from "./containment.js";
import { makeCgroup, removeFolder, writeControl } from "./control-file.js";
import type { Hierarchy } from "./hierarchies.js";

const LIMIT_FILE = "memory.limit_in_bytes";
/** Memory and swap together; only where swap is accounted for. */
const SWAP_LIMIT_FILE = "memory.memsw.limit_in_bytes";

/**
 * Controllers of version 1, below the runner's own cgroup in each. Processes are listed and killed in a tree of version
 * 2 without controllers where there is one, else in the freezer's.
 *
 * @returns in words why not.
 * @throws system errors, where the cgroups may not be made.
 */
export function openCgroupV1(hierarchies: readonly Hierarchy[]): Containment | string {
  const of = (controller: string): Hierarchy | undefined =>
    hierarchies.find(({ controllers }) => controllers.includes(controller));
  const memory = of("memory");
  if (memory === undefined) return "no memory controller of cgroup v1 is mounted";
  const memoryTop = makeTop(memory);
  const trees = bareTree(hierarchies) ?? frozenTree(of("freezer"), of("cpuacct"));
  if (trees === undefined) {
    removeFolder(memoryTop);
    return "cgroup v1 has no freezer, and there is no cgroup v2 beside it";
  }
  return cgroupContainment({
    kind: "cgroup-v1",
    tops: [...new Set([...trees, memoryTop])],
    prepare: () => {},
    limit: (folders, memoryBytes) => {
      for (const folder of folders) limitMemory(folder, memoryBytes);
    },
  });
}

/** It counts CPU time as well. */
function bareTree(hierarchies: readonly Hierarchy[]): readonly string[] | undefined {
  const hierarchy = hierarchies.find(({ version }) => version === 2);
  if (hierarchy === undefined) return undefined;
  const top = makeTop(hierarchy);
  if (existsSync(join(top, "cgroup.kill"))) return [top];
  removeFolder(top);
  return undefined;
}

function frozenTree(
  freezer: Hierarchy | undefined,
  cpuacct: Hierarchy | undefined,
): readonly string[] | undefined {
  if (freezer === undefined) return undefined;
  return cpuacct === undefined ? [makeTop(freezer)] : [makeTop(freezer), makeTop(cpuacct)];
}

function makeTop({ own }: Hierarchy): string {
  const top = join(own, TOP_FOLDER);
  makeCgroup(top);
  return top;
}

function limitMemory(folder: string, memoryBytes: number): void {
  if (!existsSync(join(folder, LIMIT_FILE))) return;
  writeControl(folder, LIMIT_FILE, memoryBytes);
  if (existsSync(join(folder, SWAP_LIMIT_FILE))) writeControl(folder, SWAP_LIMIT_FILE, memoryBytes);
}
