import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommand } from "./run-command.js";
import { releaseSlot, removeDeadLabs, takeSlot } from "./slot.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
/** Beyond those that labs take first. */
const NUMBER = 99;
const NAME = `spawnlab${NUMBER}`;
const FOLDER = `/run/spawn-lab/${NUMBER}`;

function exists(program: string, args: readonly string[]): boolean {
  return spawnSync(program, [...args], { stdio: "ignore" }).status === 0;
}

/** What a lab whose process was killed leaves behind; returns a process on one of its machines. */
function leaveLab(): ChildProcess {
  mkdirSync(FOLDER, { recursive: true });
  runCommand("mount", ["-t", "tmpfs", NAME, FOLDER]);
  runCommand("ip", ["link", "add", NAME, "type", "bridge"]);
  runCommand("ip", ["netns", "add", `${NAME}-10`]);
  runCommand("nft", ["add", "table", "ip", NAME]);
  const sleeper = spawn("ip", ["netns", "exec", `${NAME}-10`, "sleep", "600"], { stdio: "ignore" });
  // No process has this id and began when the machine did.
  writeFileSync(`${FOLDER}.owner`, `${process.pid} 1`);
  return sleeper;
}

describe.skipIf(isMissing)("the lab's number on this machine", { timeout: 60_000 }, () => {
  it("is taken by one lab at a time", () => {
    const [one, two] = [takeSlot(), takeSlot()];
    try {
      expect(one.number).not.toBe(two.number);
    } finally {
      releaseSlot(one);
      releaseSlot(two);
    }
    expect(existsSync(one.folder)).toBe(false);
  });

  it("is free again once its lab's process is dead, and nothing of that is left", async () => {
    const sleeper = leaveLab();
    const died = new Promise((resolve) => sleeper.once("exit", resolve));
    removeDeadLabs();
    await died;
    expect(exists("ip", ["link", "show", NAME])).toBe(false);
    expect(exists("ip", ["netns", "pids", `${NAME}-10`])).toBe(false);
    expect(exists("nft", ["list", "table", "ip", NAME])).toBe(false);
    expect(existsSync(FOLDER)).toBe(false);
    expect(existsSync(`${FOLDER}.owner`)).toBe(false);
  });
});
