import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Containment } from "../containment/containment.js";
import { detectContainment } from "../containment/detect-containment.js";

/** The ways of cgroups that this machine really has, by name. Prints why where there are none. */
export function machineContainments(): readonly (readonly [string, Containment])[] {
  const own = detectContainment();
  const ways: (readonly [string, Containment])[] = [[`${own.kind}, as found`, own]];
  if (own.kind === "cgroup-v1")
    ways.push(["cgroup-v1 with its freezer", detectContainment({ root: withoutV2() })]);
  const real = ways.filter(([, { kind }]) => kind !== "process-group");
  if (real.length === 0) console.info(`no real cgroups are tested here: ${own.reason}`);
  return real;
}

/** A root in which the machine looks as if no cgroup v2 were mounted. */
function withoutV2(): string {
  const root = mkdtempSync(join(tmpdir(), "spawn-root-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "proc/self"), { recursive: true });
  mkdirSync(join(root, "sys"));
  symlinkSync("/sys/fs", join(root, "sys/fs"));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  writeFileSync(
    join(root, "proc/self/mountinfo"),
    mounts.filter((line) => !line.includes(" - cgroup2 ")).join("\n"),
  );
  writeFileSync(join(root, "proc/self/cgroup"), readFileSync("/proc/self/cgroup"));
  return root;
}
