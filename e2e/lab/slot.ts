import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endEmulation } from "./arm64.js";
import { removeCgroups } from "./cgroups.js";
import { runCommand, tryCommand } from "./run-command.js";

const FOLDER = "/run/spawn-lab";
/** Where systemd-nspawn leaves a folder for each container that was killed. */
const CONTAINERS = "/run/systemd/nspawn/propagate";
const SLOTS = 100;

/** A lab's own number, by which all that it makes on the host is named: bridge, namespaces, firewall table, folder. */
export interface Slot {
  readonly number: number;
  /** `spawnlab7`. */
  readonly name: string;
  /** On a tmpfs of its own: disks of the machines, their image. */
  readonly folder: string;
}

/** Takes a number that no living process has, and removes what is left of a lab that had it. Needs root. */
export function takeSlot(): Slot {
  mkdirSync(FOLDER, { recursive: true });
  for (let number = 0; number < SLOTS; number += 1) {
    const slot = slotOf(number);
    if (!claim(slot)) continue;
    removeLeftovers(slot);
    mkdirSync(slot.folder, { recursive: true });
    runCommand("mount", ["-t", "tmpfs", "-o", "mode=755", slot.name, slot.folder]);
    return slot;
  }
  throw new Error(`there are ${SLOTS} labs on this machine already`);
}

export function releaseSlot(slot: Slot): void {
  removeLeftovers(slot);
  rmSync(ownerFile(slot), { force: true });
}

/** Removes what labs have left whose processes were killed. */
export function removeDeadLabs(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const file of readdirSync(FOLDER)) {
    const number = /^(\d+)\.owner$/.exec(file)?.[1];
    const slot = number === undefined ? undefined : slotOf(Number(number));
    if (slot !== undefined && claim(slot)) releaseSlot(slot);
  }
}

function slotOf(number: number): Slot {
  return { number, name: `spawnlab${number}`, folder: join(FOLDER, String(number)) };
}

function ownerFile({ folder }: Slot): string {
  return `${folder}.owner`;
}

function claim(slot: Slot): boolean {
  const path = ownerFile(slot);
  const dead = `${path}.dead-${process.pid}`;
  try {
    if (isAlive(readFileSync(path, "utf8"))) return false;
    // One alone succeeds in this, where several try.
    renameSync(path, dead);
    if (isAlive(readFileSync(dead, "utf8"))) {
      renameSync(dead, path);
      return false;
    }
    rmSync(dead);
  } catch {
    // Nobody has it, or somebody is quicker.
  }
  try {
    writeFileSync(path, identity(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

function isAlive(owner: string): boolean {
  return owner !== "" && identity(Number(owner.split(" ")[0])) === owner;
}

/** Process ids are used again: the time of its start tells which process it is. */
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return "";
  }
}

/** By name, so that nothing has to be known of the lab that made it. */
function removeLeftovers({ name, folder }: Slot): void {
  const isOurs = (other: string): boolean => other === name || other.startsWith(`${name}-`);
  for (const line of tryCommand("ip", ["netns", "list"]).split("\n")) {
    const namespace = line.split(" ")[0] ?? "";
    if (!isOurs(namespace)) continue;
    for (const pid of tryCommand("ip", ["netns", "pids", namespace]).split("\n")) {
      if (pid !== "") tryCommand("kill", ["-KILL", pid]);
    }
    tryCommand("ip", ["netns", "delete", namespace]);
  }
  tryCommand("ip", ["link", "delete", name]);
  tryCommand("nft", ["delete", "table", "ip", name]);
  endEmulation(name);
  removeCgroups(isOurs);
  for (const container of existsSync(CONTAINERS) ? readdirSync(CONTAINERS) : []) {
    if (isOurs(container)) rmSync(join(CONTAINERS, container), { recursive: true });
  }
  for (const line of readFileSync("/proc/self/mounts", "utf8").split("\n").reverse()) {
    const at = line.split(" ")[1] ?? "";
    if (at === folder || at.startsWith(`${folder}/`)) tryCommand("umount", ["-l", at]);
  }
  rmSync(folder, { recursive: true, force: true });
}
