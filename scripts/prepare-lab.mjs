// Installs what the tests against servers and emulated machines need, where that can be done without asking: moto into
// node_modules/.cache, and, as root on Debian, Redis and the programs of e2e/lab. Never fails: a test that lacks something
// is skipped and says so. Prints the folder that is to be on PATH.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MOTO = "moto[server]==5.2.1";
const PACKAGES = {
  ip: "iproute2",
  nft: "nftables",
  sshd: "openssh-server",
  curl: "curl",
  "redis-server": "redis-server",
  "systemd-nspawn": "systemd-container",
  "qemu-aarch64-static": "qemu-user-static",
  "ld-linux-aarch64.so.1": "libc6-arm64-cross",
  ...(process.env.SPAWN_LONG === "1" ? { debootstrap: "debootstrap" } : {}),
};
const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/aarch64-linux-gnu/lib"];
const has = (program) => folders.some((folder) => existsSync(`${folder}/${program}`));

function run(program, ...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, error, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
  if (status === 0) return true;
  console.error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
  return false;
}

const missing = Object.entries(PACKAGES).flatMap(([program, name]) => (has(program) ? [] : [name]));
if (missing.length > 0 && process.getuid?.() === 0 && has("apt-get")) {
  run("apt-get", "update", "-qq") &&
    run("apt-get", "install", "-qq", "-y", "--no-install-recommends", ...missing);
}

const venv = fileURLToPath(new URL("../node_modules/.cache/moto", import.meta.url));
if (!has("moto_server") && !existsSync(`${venv}/bin/moto_server`)) {
  const made = run("python3", "-m", "venv", venv) && run(`${venv}/bin/pip`, "install", "--quiet", MOTO);
  if (!made) rmSync(venv, { recursive: true, force: true });
}
console.log(`${venv}/bin`);
