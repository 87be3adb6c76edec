import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useRecordedTree } from "../testing/recorded-tree.js";
import { readHierarchies } from "./hierarchies.js";

const tree = useRecordedTree();

function hierarchiesOf(cgroup: readonly string[], mountinfo: readonly string[]) {
  tree.write({ "proc/self/cgroup": cgroup.join("\n"), "proc/self/mountinfo": mountinfo.join("\n") });
  return readHierarchies(tree.root).map(({ own, ...rest }) => ({
    ...rest,
    own: own.slice(tree.root.length),
  }));
}

describe("readHierarchies", () => {
  it("pairs mounts and places of a hybrid machine", () => {
    const found = hierarchiesOf(
      ["5:name=systemd:/", "4:memory:/box/1", "2:cpu,cpuacct:/", "0::/"],
      [
        "34 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
        "33 31 0:32 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct",
        "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
        "42 31 0:39 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids",
      ],
    );
    expect(found.map(({ version, own }) => [version, own])).toEqual([
      [1, "/sys/fs/cgroup/memory/box/1"],
      [1, "/sys/fs/cgroup/cpu,cpuacct"],
      [1, "/sys/fs/cgroup/systemd"],
      [2, "/sys/fs/cgroup/unified"],
    ]);
    expect(found[1]?.controllers).toEqual(expect.arrayContaining(["cpu", "cpuacct"]));
  });

  it("finds its place in a container's part of the tree", () => {
    const mount = "26 23 0:23 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup2 rw";
    expect(hierarchiesOf(["0::/docker/ab/job"], [mount])[0]?.own).toBe(join("/sys/fs/cgroup", "job"));
    expect(hierarchiesOf(["0::/docker/abc"], [mount])).toEqual([]);
  });

  it("reads octal blanks, and nothing into what is not there", () => {
    const mount = "26 23 0:23 / /mnt/c\\040g rw - cgroup2 cgroup2 rw";
    expect(hierarchiesOf(["0::/"], [mount])[0]?.own).toBe("/mnt/c g");
    expect(hierarchiesOf(["", "nonsense"], ["", "a b c", mount])).toEqual([]);
  });
});
