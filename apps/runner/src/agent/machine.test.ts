import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type StubPrograms, stubPrograms } from "../testing/stub-programs.js";
import { Machine } from "./machine.js";

let folder: string;
let stubs: StubPrograms;
let stops: number;
let stopFails: boolean;
let machine: Machine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-machine-"));
  stubs = stubPrograms(join(folder, "bin"), ["shutdown", "systemctl", "wall"]);
  vi.stubEnv("PATH", `${stubs.folder}:${process.env.PATH}`);
  stops = 0;
  stopFails = false;
  writeFileSync(join(folder, "console"), "");
  machine = new Machine({
    stopInstance: async () => {
      stops += 1;
      if (stopFails) throw new Error("UnauthorizedOperation");
    },
    wait: async () => undefined,
    log: pino({ level: "silent" }),
    consolePath: join(folder, "console"),
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("arms the system's own shutdown in whole minutes, never too early, and never once more when it is due", async () => {
  expect(await machine.arm(30 * 60_000)).toBe(true);
  expect(await machine.arm(90_001)).toBe(true);
  expect(await machine.arm(-5)).toBe(true);
  expect(stubs.calls()).toEqual(["shutdown -P +30", "shutdown -P +2", "shutdown -P +0"]);
});

it("tries again to arm it, and says on the console that it cannot", async () => {
  stubs.fail("shutdown");
  expect(await machine.arm(60_000)).toBe(false);
  expect(stubs.calls()).toHaveLength(3);
  expect(readFileSync(join(folder, "console"), "utf8")).toContain("shutdown is out of order");
});

it("powers the machine off, by another way where shutdown does not work", async () => {
  expect(await machine.powerOff()).toBe(true);
  expect(stubs.calls()).toEqual(["shutdown -P now"]);
  stubs.fail("shutdown");
  expect(await machine.powerOff()).toBe(true);
  expect(stubs.calls().at(-1)).toBe("systemctl poweroff --force");
  stubs.fail("systemctl");
  expect(await machine.powerOff()).toBe(false);
});

it("stops the instance through EC2, and powers it off where that keeps failing", async () => {
  expect(await machine.stop()).toBe(true);
  expect([stops, stubs.calls()]).toEqual([1, []]);
  stopFails = true;
  expect(await machine.stop()).toBe(true);
  expect([stops, stubs.calls()]).toEqual([4, ["shutdown -P now"]]);
});
