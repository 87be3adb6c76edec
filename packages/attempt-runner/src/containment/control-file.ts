import { accessSync, constants, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "@spawn/foundation";
import { readProcFile } from "../processes/proc-file.js";

/** @returns `undefined` where the kernel has no such file, the cgroup is gone, or it may not be read. */
export function readControl(folder: string, name: string): string | undefined {
  try {
    return readProcFile(join(folder, name));
  } catch (error) {
    // A cgroup that goes while it is read; and the list of processes of a threaded one, which its parent has.
    if (errnoOf(error) === "ENODEV" || errnoOf(error) === "ENOTSUP") return undefined;
    throw error;
  }
}

/** @throws system errors: `EBUSY`, `EACCES`, …; `EACCES` too where the kernel has no such file. */
export function writeControl(folder: string, name: string, value: string | number): void {
  writeFileSync(join(folder, name), String(value));
}

/** The words of `cgroup.controllers` and `cgroup.subtree_control`. */
export function controlWords(text: string | undefined): readonly string[] {
  return (text ?? "").split(/\s+/).filter(Boolean);
}

/** The cgroups directly below; none where it is gone. */
export function subCgroups(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV") return [];
    throw error;
  }
}

/** The processes in a cgroup and in all below it. Those of another pid namespace are not listed. */
export function pidsIn(folder: string): readonly number[] {
  const listed = (readControl(folder, "cgroup.procs") ?? "").split("\n").map(Number);
  return [...listed.filter((pid) => pid > 0), ...subCgroups(folder).flatMap(pidsIn)];
}

/** Whether the kernel says that no process is in a cgroup, nor below it; under v1 it does not say. */
export function isEmpty(folder: string): boolean {
  return /^populated 0$/m.test(readControl(folder, "cgroup.events") ?? "");
}

/**
 * Makes a cgroup in which others are to be made, unless it is there.
 *
 * @throws system errors; `EACCES` too where it is there and another user's.
 */
export function makeCgroup(folder: string): void {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
}

/** Removes a cgroup with all below it, unless a process is in one of them. @returns whether it is gone. */
export function removeCgroup(folder: string): boolean {
  if (removeFolder(folder)) return true;
  if (pidsIn(folder).length > 0) return false;
  return subCgroups(folder).every(removeCgroup) && removeFolder(folder);
}

/** Removes one that has neither processes nor others below it. @returns whether it is gone. */
export function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
}
