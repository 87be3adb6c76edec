import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { runs, useAttemptRoom } from "../testing/attempt-room.js";
import { machineContainments } from "../testing/containments.js";
import type { AttemptCgroup } from "./attempt-cgroup.js";
import { readControl, writeControl } from "./control-file.js";
import { frozenly } from "./freezer.js";

const room = useAttemptRoom();

describe.each(machineContainments())("a cgroup in %s", (_name, containment) => {
  afterEach(() => containment.sweep(room.folder));

  function makeCgroup(): AttemptCgroup & { readonly tree: string } {
    const cgroup = containment.enclose(`${room.folder}/job/1`, {});
    const tree = cgroup?.folders[0];
    if (cgroup === undefined || tree === undefined) throw new Error("no cgroup");
    return { ...cgroup, tree };
  }

  it("is killed at once with all that fork in it", async () => {
    const cgroup = makeCgroup();
    const shell = spawn("bash", ["-c", "read _; trap '' TERM; while :; do sleep 1000 & sleep 0.001; done"]);
    writeControl(cgroup.tree, "cgroup.procs", shell.pid ?? 0);
    shell.stdin.write("\n");
    while (cgroup.processes().length < 20) await new Promise((resolve) => setImmediate(resolve));
    cgroup.killAll();
    await once(shell, "exit");
    while (cgroup.processes().length > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(shell.signalCode).toBe("SIGKILL");
    while (!cgroup.remove()) await new Promise((resolve) => setImmediate(resolve));
  });

  it("stands still while it is frozen, and goes on", async () => {
    const cgroup = makeCgroup();
    const cat = spawn("cat");
    writeControl(cgroup.tree, "cgroup.procs", cat.pid ?? 0);
    const state = (): string | undefined =>
      (readControl(cgroup.tree, "freezer.state") ?? readControl(cgroup.tree, "cgroup.events"))?.trim();
    // A busy kernel may take longer than is waited for: then nothing is frozen that time.
    let during = "";
    while (!/FROZEN|frozen 1/.test(during)) {
      frozenly(cgroup.tree, () => {
        during = state() ?? "";
      });
    }
    while (!/THAWED|frozen 0/.test(state() ?? "")) await new Promise((resolve) => setImmediate(resolve));
    cat.stdin.end("x");
    await once(cat, "exit");
    expect(cat.exitCode).toBe(0);
  });

  it("lists what is in cgroups below it, and is not removed before they are empty", async () => {
    const cgroup = makeCgroup();
    const below = cgroup.folders.map((folder) => join(folder, "made-by-the-job"));
    for (const folder of below) mkdirSync(folder);
    const cat = spawn("cat");
    for (const folder of below) writeControl(folder, "cgroup.procs", cat.pid ?? 0);
    expect(cgroup.processes().map(({ pid }) => pid)).toEqual([cat.pid]);
    expect(cgroup.remove()).toBe(false);
    expect(runs(cat.pid ?? 0)).toBe(true);
    cat.stdin.end();
    await once(cat, "exit");
    while (!cgroup.remove()) await new Promise((resolve) => setImmediate(resolve));
    expect(cgroup.processes()).toEqual([]);
    expect(cgroup.counters()).toEqual({ oomKills: 0 });
  });
});
