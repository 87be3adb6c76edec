import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";

/** Files of another machine, in a folder that stands for its root. A plain folder: it keeps what is written to it. */
export interface RecordedTree {
  readonly root: string;
  write(files: Readonly<Record<string, string>>): void;
  read(path: string): string;
}

/** To be called at the top of a test file. */
export function useRecordedTree(): RecordedTree {
  let folder: string | undefined;
  const current = (): string => {
    folder ??= mkdtempSync(join(tmpdir(), "spawn-tree-"));
    return folder;
  };
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return {
    get root() {
      return current();
    },
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(current(), path)), { recursive: true });
        writeFileSync(join(current(), path), text);
      }
    },
    read: (path) => readFileSync(join(current(), path), "utf8"),
  };
}

/** Amazon Linux 2023 (kernel 6.1, systemd 252): a service whose unit says `Delegate=yes`. */
export const AL2023_SERVICE = {
  "proc/self/cgroup": "0::/system.slice/spored.service\n",
  "proc/self/mountinfo": [
    "22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw",
    "26 23 0:23 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot",
    "28 1 259:1 / / rw,noatime shared:1 - xfs /dev/nvme0n1p1 rw,seclabel,attr2,inode64\n",
  ].join("\n"),
  "sys/fs/cgroup/system.slice/spored.service/cgroup.controllers":
    "cpuset cpu io memory hugetlb pids rdma misc\n",
  "sys/fs/cgroup/system.slice/spored.service/cgroup.subtree_control": "",
  "sys/fs/cgroup/system.slice/spored.service/cgroup.procs": "2143\n",
} as const;

/** The top of the same machine's tree, where systemd has given controllers on. */
export const AL2023_TOP = {
  "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
  "sys/fs/cgroup/cgroup.subtree_control": "cpu memory pids\n",
  "sys/fs/cgroup/cgroup.procs": "2\n11\n",
} as const;
