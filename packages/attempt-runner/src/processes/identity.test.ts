import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { until, useAttemptRoom } from "../testing/attempt-room.js";
import { currentBootId, isAlive, processIdentity } from "./identity.js";
import { readProcessStat } from "./process-stat.js";

const room = useAttemptRoom();

describe("identity", () => {
  it("is alive while that very process runs", () => {
    const own = processIdentity(process.pid);
    expect(own).toMatchObject({ pid: process.pid, bootId: currentBootId() });
    if (own === undefined) return;
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, startTicks: own.startTicks + 1 })).toBe(false);
    expect(isAlive({ ...own, bootId: "another boot" })).toBe(false);
  });

  it("is gone once the process has ended", async () => {
    const child = spawn("cat");
    const identity = processIdentity(child.pid ?? 0);
    expect(identity && isAlive(identity)).toBe(true);
    child.stdin.end();
    await once(child, "exit");
    expect(identity && isAlive(identity)).toBe(false);
    expect(processIdentity(child.pid ?? 0)).toBeUndefined();
  });

  it("does not take a zombie for a process", async () => {
    // The shell starts a child and becomes `cat`, which waits for no child; only then may the child end.
    const gate = room.fifo("gate");
    const parent = spawn("bash", ["-c", `cat "${gate.path}" & echo $!; exec cat`]);
    const [text] = await once(parent.stdout, "data");
    const zombie = Number(text);
    await until(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8") === "cat\n");
    await gate.send("");
    await until(() => readProcessStat(zombie)?.ended === true);
    expect(processIdentity(zombie)).toBeUndefined();
    parent.stdin.end();
    await once(parent, "exit");
  });
});
