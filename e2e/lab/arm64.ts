import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labRunnerArm64 } from "./lab-runner.js";
import { runCommand } from "./run-command.js";

const BINFMT = "/proc/sys/fs/binfmt_misc";
const EMULATOR = "/usr/bin/qemu-aarch64-static";
/** What a program of arm64 needs of Debian's C library. */
export const ARM64_LIBRARIES = "/usr/aarch64-linux-gnu";
/** What its programs begin with, and which of these bits count. */
const MAGIC = "7f454c460201010000000000000000000200b700";
const MASK = "ffffffffffffff00fffffffffffffffffeffffff";

/** For `skipIf`: whether programs of arm64 cannot run here. Says why, once for each file of tests. */
export function cannotRunArm64(): boolean {
  const why = whyNoArm64();
  if (why !== undefined) console.warn(`skipped: programs of arm64 cannot run here: ${why}`);
  return why !== undefined;
}

function whyNoArm64(): string | undefined {
  if (labRunnerArm64() === undefined) return "there is no runner of arm64 to ship: pnpm build:runner";
  if (!existsSync(EMULATOR)) return `${EMULATOR} missing (Debian: qemu-user-static)`;
  if (!existsSync(ARM64_LIBRARIES)) return `${ARM64_LIBRARIES} missing (Debian: libc6-arm64-cross)`;
  return /\bbinfmt_misc$/m.test(readFileSync("/proc/filesystems", "utf8"))
    ? undefined
    : "the kernel has no binfmt_misc";
}

/** Has the kernel run programs of arm64, in whatever root, by an emulator that it holds open itself. Needs root. */
export function emulateArm64(name: string): void {
  if (!existsSync(join(BINFMT, "register")))
    runCommand("mount", ["-t", "binfmt_misc", "binfmt_misc", BINFMT]);
  const bytes = (hex: string): string => hex.replaceAll(/../g, "\\x$&");
  writeFileSync(join(BINFMT, "register"), `:${name}:M::${bytes(MAGIC)}:${bytes(MASK)}:${EMULATOR}:F`);
}

/** Takes that back. */
export function endEmulation(name: string): void {
  if (existsSync(join(BINFMT, name))) writeFileSync(join(BINFMT, name), "-1");
}
