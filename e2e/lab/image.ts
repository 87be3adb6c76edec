import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ARM64_LIBRARIES } from "./arm64.js";
import { runCommand } from "./run-command.js";
import type { System } from "./system.js";

const LAYER = fileURLToPath(new URL("ami", import.meta.url));
const STAND_INS = fileURLToPath(new URL("ami-stand-ins", import.meta.url));
const SYSTEMD_LAYER = fileURLToPath(new URL("ami-systemd", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** What a machine has of the host's top level; all else there is whoever runs the tests. */
const SYSTEM = new Set([
  "bin",
  "dev",
  "etc",
  "lib",
  "lib32",
  "lib64",
  "libx32",
  "opt",
  "proc",
  "sbin",
  "sys",
  "usr",
  "var",
]);

/** And what it does not see below that: what earlier runs and logins may have left. */
const HIDDEN = [
  "/var/tmp",
  "/var/log",
  "/var/lib/cloud",
  "/var/lib/spawn-queue",
  "/etc/spawn",
  "/etc/ssh",
  "/etc/systemd/system",
  ...[0, 1, 2, 3, 4, 5, 6, "S"].map((level) => `/etc/rc${level}.d`),
  "/usr/local/bin/spawn-runner",
  "/usr/local/bin/spored",
];

export interface ImageOptions {
  /** Where AWS is; the agent finds it there as anybody finds a private endpoint. */
  readonly endpoint: string;
  /** Seconds that a minute of `shutdown` has. */
  readonly shutdownMinute: number;
  readonly system: System;
}

/** Makes the layer between a system's root and a machine's disk: what is hidden, and what stands in for what cannot run. */
export function makeImage(folder: string, { endpoint, shutdownMinute, system }: ImageOptions): void {
  mkdirSync(folder, { mode: 0o755 });
  // An overlay's mark for what is not there.
  const mark = `${folder}.hidden`;
  runCommand("mknod", [mark, "c", "0", "0"]);
  for (const path of system.root === "/" ? hiddenPaths() : []) {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    linkSync(mark, at);
  }
  // Into folders that exist already: a folder in a layer has to have the mode of the one it stands for.
  const layers = system.init === "lab" ? [LAYER, STAND_INS] : [LAYER, SYSTEMD_LAYER];
  for (const layer of layers) cpSync(layer, folder, { recursive: true });
  mkdirSync(join(folder, "etc/lab"), { recursive: true });
  writeFileSync(join(folder, "etc/lab/minute"), `${shutdownMinute}\n`);
  writeFileSync(join(folder, "etc/lab/environment"), `AWS_ENDPOINT_URL=${endpoint}\n`);
  // Where the emulator looks for the libraries of its programs before it looks where they say.
  mkdirSync(join(folder, "etc/qemu-binfmt"));
  symlinkSync(ARM64_LIBRARIES, join(folder, "etc/qemu-binfmt/aarch64"));
  chmodSync(folder, 0o755);
}

/** None is below another. */
function hiddenPaths(): readonly string[] {
  const topLevel = readdirSync("/").filter((name) => !SYSTEM.has(name));
  const ours = [REPOSITORY, homedir(), tmpdir()].map((path) => realpathSync(path));
  const all = [...new Set([...topLevel.map((name) => `/${name}`), ...HIDDEN, ...ours])];
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)));
}
