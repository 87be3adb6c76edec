import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireRunnerLock, type InstanceLayout, instanceLayout } from "@spawn/attempt-runner";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasRunner, isStarting, noteStarting } from "./runner-presence.js";

let layout: InstanceLayout;
let child: ChildProcess;

beforeEach(() => {
  layout = instanceLayout(mkdtempSync(join(tmpdir(), "spawn-presence-")));
  for (const folder of layout.folders) mkdirSync(folder, { recursive: true });
  child = spawn("sleep", ["1000"], { stdio: "ignore" });
});

afterEach(() => {
  child.kill("SIGKILL");
  rmSync(layout.root, { recursive: true, force: true });
});

test("a runner that has not taken the lock yet is one that is starting", () => {
  expect(hasRunner(layout)).toBe(false);
  noteStarting(layout, child.pid ?? 0);
  expect(isStarting(layout)).toBe(true);
  expect(hasRunner(layout)).toBe(true);
});

test("one that died on the way is none", async () => {
  noteStarting(layout, child.pid ?? 0);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(hasRunner(layout)).toBe(false);
});

test("once it holds the lock, the lock alone tells", () => {
  noteStarting(layout, process.pid);
  const lock = acquireRunnerLock(layout.lock);
  expect(isStarting(layout)).toBe(false);
  expect(hasRunner(layout)).toBe(true);
  lock.release();
  expect(hasRunner(layout)).toBe(false);
});
