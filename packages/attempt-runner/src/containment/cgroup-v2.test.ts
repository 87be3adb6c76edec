import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { delegate } from "./cgroup-v2.js";
import { controlWords, pidsIn, readControl, removeCgroup, writeControl } from "./control-file.js";
import { readHierarchies } from "./hierarchies.js";

/** Any controller shows the kernel's rule; memory itself may belong to v1 here. */
const real = readHierarchies("/").find(({ version }) => version === 2)?.own;
const controller = real === undefined ? undefined : controlWords(readControl(real, "cgroup.controllers"))[0];
const usable = real !== undefined && controller !== undefined && canDelegate(real, controller);
if (!usable)
  console.info("delegation is not tested here: no cgroup v2 with a controller that may be given on");

function canDelegate(folder: string, name: string): boolean {
  const before = controlWords(readControl(folder, "cgroup.subtree_control"));
  try {
    delegate(folder, [name], 0);
    if (!before.includes(name)) {
      afterAll(() => writeControl(folder, "cgroup.subtree_control", `-${name}`));
    }
    return true;
  } catch {
    return false;
  }
}

describe.runIf(usable)("delegate, in a real cgroup of v2", () => {
  const base = join(real ?? "", `spawn-delegate-${process.pid}`);
  const controllers = [controller ?? ""];
  const children: { pid: number; end: () => Promise<void> }[] = [];

  /** A process in `base`, as a runner would be. */
  function enterBase(): number {
    const child = spawn("cat");
    const pid = child.pid ?? 0;
    writeControl(base, "cgroup.procs", pid);
    const end = async (): Promise<void> => {
      child.stdin.end();
      await once(child, "exit");
    };
    children.push({ pid, end });
    return pid;
  }

  const enabled = (): readonly string[] => controlWords(readControl(base, "cgroup.subtree_control"));

  beforeEach(() => mkdirSync(base));
  afterEach(async () => {
    for (const { end } of children.splice(0)) await end();
    expect(removeCgroup(base)).toBe(true);
  });

  it("leaves a runner where it is that is not in the way", () => {
    delegate(base, controllers, process.pid);
    expect(enabled()).toEqual(controllers);
    expect(existsSync(join(base, "spawn-runner"))).toBe(false);
  });

  it("moves a runner that is alone there into a leaf", () => {
    const runner = enterBase();
    delegate(base, controllers, runner);
    expect(enabled()).toEqual(controllers);
    expect(pidsIn(join(base, "spawn-runner"))).toEqual([runner]);
  });

  it("moves nobody where others are there too", () => {
    const [runner, other] = [enterBase(), enterBase()];
    expect(() => delegate(base, controllers, runner)).toThrow(/EBUSY/);
    expect([...pidsIn(base)].sort()).toEqual([runner, other].sort());
    expect(existsSync(join(base, "spawn-runner"))).toBe(false);
  });
});
