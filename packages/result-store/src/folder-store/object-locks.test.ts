import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemRandom } from "@spawn/foundation";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ObjectFiles } from "./object-files.js";
import { ObjectLocks } from "./object-locks.js";
import { processMark } from "./process-mark.js";
import { TemporaryFiles } from "./temporary-files.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "spawn-locks-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function locks(): ObjectLocks {
  const temporary = new TemporaryFiles(root, { clock: systemClock(), random: systemRandom() });
  return new ObjectLocks(new ObjectFiles(root), temporary, 1_000);
}

const files = (): readonly string[] => readdirSync(join(root, ".tmp"));

/** Lets the lock of `q/a` lie there as if the process with this mark held it. */
async function leave(mark: string): Promise<void> {
  let lock = "";
  await locks().hold("q/a", () => {
    [lock = ""] = files();
  });
  writeFileSync(join(root, ".tmp", lock), `${mark}\n`);
}

/** How many hold the lock at the most, of so many that want to. */
async function mostInside(count: number): Promise<number> {
  let inside = 0;
  let most = 0;
  const holders = Array.from({ length: count }, () =>
    locks().hold("q/a", async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    }),
  );
  await Promise.all(holders);
  return most;
}

it("one at a time holds a lock, and leaves nothing", async () => {
  expect(await mostInside(8)).toBe(1);
  expect(files()).toEqual([]);
});

it("that of a process that has died is broken, once", async () => {
  const dead = spawn("true");
  const mark = processMark(dead.pid ?? 0) ?? "";
  await new Promise((resolve) => dead.once("exit", resolve));
  await leave(mark);
  expect(await mostInside(4)).toBe(1);
  expect(files()).toEqual([expect.stringMatching(/\.broken$/)]);
});

it("that of a process that is stopped is not broken", async () => {
  const stopped = spawn("sleep", ["600"]);
  try {
    stopped.kill("SIGSTOP");
    await leave(processMark(stopped.pid ?? 0) ?? "");
    await expect(locks().hold("q/a", () => undefined)).rejects.toMatchObject({
      code: "store-failed",
      message: expect.stringContaining("another program has held"),
    });
  } finally {
    stopped.kill("SIGKILL");
  }
});
