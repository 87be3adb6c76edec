import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AL2023_SERVICE, AL2023_TOP, useRecordedTree } from "../testing/recorded-tree.js";
import { detectContainment } from "./detect-containment.js";

const tree = useRecordedTree();
const SERVICE = "sys/fs/cgroup/system.slice/spored.service";

describe("detectContainment, on a recorded Amazon Linux 2023", () => {
  const detect = () => {
    tree.write(AL2023_SERVICE);
    return detectContainment({ root: tree.root, runner: 2143 });
  };

  it("finds cgroup v2 and has the memory and io controllers given on", () => {
    expect(detect().kind).toBe("cgroup-v2");
    expect(tree.read(`${SERVICE}/cgroup.subtree_control`)).toBe("+memory +io");
  });

  it("makes an attempt's cgroup with its limit, below the runner's own", () => {
    const cgroup = detect().enclose("i-1/my-queue/train/2", { memoryBytes: 8e9 });
    const [folder = ""] = cgroup?.folders ?? [];
    expect(cgroup?.folders).toHaveLength(1);
    expect(folder).toMatch(new RegExp(`^${tree.root}/${SERVICE}/spawn/my-queue-[0-9a-f]{12}/train\\.2$`));
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    expect(["memory.max", "memory.swap.max", "memory.oom.group"].map(read)).toEqual(["8000000000", "0", "1"]);
    for (const above of ["..", "../.."]) {
      expect(read(`${above}/cgroup.subtree_control`)).toBe("+memory +io");
    }
  });

  it("sets no limit where none is asked for", () => {
    const [folder = ""] = detect().enclose("i-1/q/a/1", {})?.folders ?? [];
    expect(existsSync(folder)).toBe(true);
    expect(existsSync(join(folder, "memory.max"))).toBe(false);
  });

  it("goes on beside the leaf that a runner has moved into", () => {
    tree.write({ ...AL2023_SERVICE, "proc/self/cgroup": "0::/system.slice/spored.service/spawn-runner\n" });
    const [folder] = detectContainment({ root: tree.root }).enclose("i-1/q/a/1", {})?.folders ?? [];
    expect(folder).toContain("spored.service/spawn/q-");
  });

  it("goes below another cgroup than its own when asked to, and leaves its own as it is", () => {
    tree.write({ ...AL2023_SERVICE, ...AL2023_TOP });
    const [folder] =
      detectContainment({ root: tree.root, parent: "/" }).enclose("i-1/q/a/1", {})?.folders ?? [];
    expect(folder).toMatch(new RegExp(`^${tree.root}/sys/fs/cgroup/spawn/q-[0-9a-f]{12}/a\\.1$`));
    expect(tree.read("sys/fs/cgroup/cgroup.subtree_control")).toBe("+io");
    expect(tree.read("sys/fs/cgroup/spawn/cgroup.subtree_control")).toBe("+memory +io");
    expect(tree.read(`${SERVICE}/cgroup.subtree_control`)).toBe("");
    expect(existsSync(join(tree.root, SERVICE, "spawn"))).toBe(false);
  });

  it("sweeps the empty cgroups of a queue, and only those", () => {
    const containment = detect();
    const [mine = ""] = containment.enclose("i-1/q/a/1", {})?.folders ?? [];
    const [others = ""] = containment.enclose("i-2/q/a/1", {})?.folders ?? [];
    containment.sweep("i-1/q");
    expect([mine, others].map((folder) => existsSync(folder))).toEqual([false, true]);
  });
});

describe("detectContainment falls back to process groups", () => {
  const reasonOf = (files: Readonly<Record<string, string>>): string | undefined => {
    tree.write(files);
    const found = detectContainment({ root: tree.root, runner: 2143 });
    expect(found.kind).toBe("process-group");
    expect(found.enclose("i-1/q/a/1", {})).toBeUndefined();
    return found.reason;
  };

  it("where nothing is mounted", () => {
    expect(reasonOf({})).toBe("no cgroup v2 is mounted; no memory controller of cgroup v1 is mounted");
  });

  it("in a session of a user, who was given no memory controller", () => {
    const controllers = { [`${SERVICE}/cgroup.controllers`]: "pids\n" };
    expect(reasonOf({ ...AL2023_SERVICE, ...controllers })).toContain("no memory controller here");
  });

  it("where nothing may be written", () => {
    const { [`${SERVICE}/cgroup.subtree_control` as const]: _, ...files } = AL2023_SERVICE;
    mkdirSync(join(tree.root, SERVICE, "cgroup.subtree_control"), { recursive: true });
    expect(reasonOf(files)).toMatch(/^EISDIR/);
  });

  it("in a cgroup whose name a shell would change", () => {
    const place = { "proc/self/cgroup": "0::/system.slice/my job.service\n" };
    expect(reasonOf({ ...AL2023_SERVICE, ...place })).toContain("cannot be written down");
  });

  it("in a container that shows another part of the tree", () => {
    const place = { "proc/self/cgroup": "0::/../../other\n" };
    expect(reasonOf({ ...AL2023_SERVICE, ...place })).toContain("no cgroup v2 is mounted");
  });

  it("under v1 without freezer and without v2", () => {
    const files = {
      "proc/self/cgroup": "4:memory:/mine\n",
      "proc/self/mountinfo": "35 31 0:34 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
      "sys/fs/cgroup/memory/mine/memory.limit_in_bytes": "",
    };
    expect(reasonOf(files)).toContain("cgroup v1 has no freezer");
    expect(existsSync(join(tree.root, "sys/fs/cgroup/memory/mine/spawn"))).toBe(false);
  });
});
