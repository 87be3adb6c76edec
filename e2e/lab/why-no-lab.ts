import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { motoIsMissing } from "../../packages/result-store/src/testing/moto-server.js";
import { labRunner } from "./lab-runner.js";

const PROGRAMS = ["ip", "nft", "unshare", "nsenter", "setpriv", "mknod", "pivot_root", "curl", "sshd"];

/**
 * For `skipIf`: whether no lab can be made here. Says why, once for each file of tests. It takes root, some programs, moto,
 * and a kernel with overlays, bridges and the firewall's address translation.
 */
export function cannotMakeLab(): boolean {
  const why = whyNoLab();
  if (why === undefined) return motoIsMissing();
  console.warn(`skipped: the lab cannot be made here: ${why}`);
  return true;
}

function whyNoLab(): string | undefined {
  if (process.platform !== "linux") return "it takes Linux";
  if (process.getuid?.() !== 0) return "it takes root";
  const folders = (process.env.PATH ?? "").split(":");
  const missing = PROGRAMS.filter((name) => !folders.some((folder) => existsSync(`${folder}/${name}`)));
  if (labRunner() === undefined) return "there is no runner to ship: pnpm build:runner";
  if (missing.length > 0) return `${missing.join(", ")} missing (Debian: iproute2 nftables openssh-server)`;
  if (!/\boverlay$/m.test(readFileSync("/proc/filesystems", "utf8"))) return "the kernel has no overlays";
  // What a container may not do shows only when it is tried.
  const tried = spawnSync(
    "unshare",
    ["--mount", "--pid", "--time", "--cgroup", "--net", "--fork", "sh", "-c", TRY],
    {
      encoding: "utf8",
    },
  );
  return tried.status === 0
    ? undefined
    : `the kernel refuses: ${(tried.stderr || String(tried.error)).trim()}`;
}

const TRY = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/lower
mknod /mnt/lower/hidden c 0 0
mount -t overlay -o lowerdir=/mnt/lower:/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
ip link add lab type bridge
nft -f - <<'RULES'
table ip lab {
  chain a {
    type nat hook prerouting priority -100;
    ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:1
  }
  chain b {
    type filter hook prerouting priority -300;
    numgen random mod 100 < 30 drop
  }
}
RULES`;
