import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentBootId, processIdentity } from "./processes/identity.js";
import { acquireRunnerLock, continueEpochs, readRunnerLock } from "./runner-lock.js";
import { useDriver } from "./testing/bundle-driver.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const dead = { pid: 1, startTicks: 1, bootId: "another boot", released: false };

function leaveLock(epoch: number, file: object): void {
  writeFileSync(join(folder, `runner.${epoch}`), JSON.stringify(file));
}

describe("acquireRunnerLock", () => {
  it("gives epoch 1 in a new folder, and tells who has it", () => {
    const nested = join(folder, "new", "queue");
    expect(acquireRunnerLock(nested).epoch).toBe(1);
    expect(readRunnerLock(nested)).toEqual({ epoch: 1, owner: processIdentity(process.pid), alive: true });
  });

  it("goes on counting where the runners before were elsewhere", () => {
    continueEpochs(folder, 0);
    expect(readRunnerLock(folder)).toBeUndefined();
    continueEpochs(folder, 7);
    expect(readRunnerLock(folder)).toMatchObject({ epoch: 7, alive: false, owner: { pid: 0 } });
    continueEpochs(folder, 9);
    expect(acquireRunnerLock(folder).epoch).toBe(8);
  });

  it("refuses while the owner lives, and names its pid", () => {
    acquireRunnerLock(folder);
    expect(() => acquireRunnerLock(folder)).toThrow(
      expect.objectContaining({
        code: "already-running",
        message: expect.stringContaining(`${process.pid}`),
      }),
    );
  });

  it("counts on after a release, and a late release of an old one changes nothing", () => {
    const first = acquireRunnerLock(folder);
    first.release();
    expect(readRunnerLock(folder)).toMatchObject({ epoch: 1, alive: false });
    expect(acquireRunnerLock(folder).epoch).toBe(2);
    first.release();
    expect(readRunnerLock(folder)).toMatchObject({ epoch: 2, alive: true });
  });

  it.each([
    ["of another boot", dead],
    ["whose pid is another process's", { ...dead, pid: process.pid, bootId: currentBootId() }],
    ["damaged by a power loss", {}],
  ])("takes over from an owner %s", (_, file) => {
    leaveLock(7, file);
    expect(readRunnerLock(folder)?.alive).toBe(false);
    expect(acquireRunnerLock(folder).epoch).toBe(8);
  });

  it("keeps the newest two files and nothing else", () => {
    for (const epoch of [3, 9, 10]) leaveLock(epoch, dead);
    acquireRunnerLock(folder);
    expect(readdirSync(folder).sort()).toEqual(["runner.10", "runner.11"]);
  });

  it("explains a folder that cannot be made", () => {
    const denied = expect.objectContaining({ code: "permission-denied" });
    expect(() => acquireRunnerLock("/sys/no-folder-here")).toThrow(denied);
  });

  it("says there is none where no runner ever was", () => {
    expect(readRunnerLock(folder)).toBeUndefined();
    expect(readRunnerLock(join(folder, "missing"))).toBeUndefined();
  });
});

describe("racing processes", () => {
  const driver = useDriver("lock-driver");
  const [racers, rounds] = process.env.SPAWN_LONG === "1" ? [20, 20] : [8, 3];

  it(`of ${racers}, exactly one wins, and after its death exactly one again`, {
    timeout: 300_000,
  }, async () => {
    for (let epoch = 1; epoch <= rounds; epoch += 1) {
      const children = Array.from({ length: racers }, () => spawn("node", [driver.path, folder]));
      const lines = children.map((child) => linesOf(child));
      for (const line of lines) expect(await line()).toBe("ready");
      for (const child of children) child.stdin?.write("!");
      const answers = await Promise.all(lines.map((line) => line()));
      const losses = Array.from({ length: racers - 1 }, () => "already-running");
      expect([...answers].sort()).toEqual([...losses, `won ${epoch}`]);
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map((child) => once(child, "exit")));
      expect(readRunnerLock(folder)).toMatchObject({ epoch, alive: false });
    }
  });
});

function linesOf(child: ChildProcess): () => Promise<unknown> {
  if (child.stdout === null) throw new Error("no stdout");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return async () => (await lines.next()).value;
}
