import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.js";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/lab/roots", import.meta.url));

/** What a cloud's image has beside the least, and what cloud-init asks for under a name that nothing has. */
const PACKAGES = [
  "ca-certificates",
  "cloud-init",
  "curl",
  "dbus",
  "libpam-systemd",
  "procps",
  "python3-cffi-backend",
  "systemd-sysv",
];

/** The root of a release of Debian, with systemd and cloud-init. Takes minutes where it is not there yet, and the network. */
export function debianRoot(release: string): string {
  const root = join(CACHE, release);
  if (existsSync(root)) return root;
  const unfinished = `${root}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    runCommand("debootstrap", ["--variant=minbase", `--include=${PACKAGES.join(",")}`, release, unfinished]);
    renameSync(unfinished, root);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return root;
}
