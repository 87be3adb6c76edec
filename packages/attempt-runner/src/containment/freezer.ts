import { existsSync } from "node:fs";
import { join } from "node:path";
import { readControl, writeControl } from "./control-file.js";

interface Freezer {
  readonly file: string;
  readonly freeze: string;
  readonly thaw: string;
  isFrozen(folder: string): boolean;
}

const V2: Freezer = {
  file: "cgroup.freeze",
  freeze: "1",
  thaw: "0",
  isFrozen: (folder) => /^frozen 1$/m.test(readControl(folder, "cgroup.events") ?? ""),
};

const V1: Freezer = {
  file: "freezer.state",
  freeze: "FROZEN",
  thaw: "THAWED",
  isFrozen: (folder) => readControl(folder, "freezer.state")?.trim() === "FROZEN",
};

/** Freezing takes a few hundred microseconds; a process that hangs in the kernel delays it for as long as it likes. */
const MOST_LOOKS = 200;

/** Performs `action` while no process of the cgroup runs, as far as the kernel can bring that about at once. */
export function frozenly(folder: string, action: () => void): void {
  const freezer = [V2, V1].find(({ file }) => existsSync(join(folder, file)));
  if (freezer === undefined) {
    action();
    return;
  }
  writeControl(folder, freezer.file, freezer.freeze);
  try {
    for (let look = 0; look < MOST_LOOKS && !freezer.isFrozen(folder); look += 1);
    action();
  } finally {
    writeControl(folder, freezer.file, freezer.thaw);
  }
}
