import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { findAttemptProcesses } from "./attempt-processes.js";
import type { ProcessStat } from "./process-stat.js";

/** Pids no machine has, so that no environment is read for them. */
const BASE = 2 ** 23;

function row(pid: number, parent: number, session: number, changes: Partial<ProcessStat> = {}): ProcessStat {
  const place = { pid: BASE + pid, parent: BASE + parent, group: BASE + session, session: BASE + session };
  return { ...place, startTicks: 1000 + pid, cpuTicks: 0, ended: false, ...changes };
}

const WRAPPER = row(10, 1, 10);
const TRACE = { marker: "test/none/1", wrapper: { pid: WRAPPER.pid, startTicks: WRAPPER.startTicks } };

function found(...table: ProcessStat[]): number[] {
  return findAttemptProcesses(TRACE, table).found.map((process) => process.pid - BASE);
}

describe("findAttemptProcesses", () => {
  it("finds the session without the wrapper, and nobody else's", () => {
    expect(found(WRAPPER, row(11, 10, 10), row(12, 1, 10), row(13, 1, 13))).toEqual([11, 12]);
  });

  it("finds who left the session while its parents still run, and all of the session it made", () => {
    expect(found(WRAPPER, row(11, 10, 10), row(12, 11, 12), row(13, 1, 12), row(14, 13, 14))).toEqual([
      11, 12, 13, 14,
    ]);
  });

  it("finds a parent after its child in the table too", () => {
    expect(found(row(9, 12, 9, { startTicks: 2000 }), row(12, 1, 10), WRAPPER)).toEqual([12, 9]);
  });

  it("leaves out zombies", () => {
    expect(found(WRAPPER, row(11, 10, 10, { ended: true }))).toEqual([]);
  });

  it("takes nobody older than the wrapper", () => {
    expect(found(WRAPPER, row(5, 10, 10))).toEqual([]);
  });

  it("does not trust the session once the wrapper's pid is somebody else's", () => {
    const stranger = row(10, 1, 10, { startTicks: 5000 });
    expect(found(stranger, row(6000, 10, 10, { startTicks: 6000 }))).toEqual([]);
  });

  it("finds a real process by its marker alone, but never this one", async () => {
    const marker = `test/marker/${process.pid}`;
    const child = spawn("cat", { env: { SPAWN_ATTEMPT: marker }, detached: true });
    const pid = child.pid ?? 0;
    const real = (own: number): ProcessStat => row(0, 1, 0, { pid: own, session: own, startTicks: 9000 });
    expect(findAttemptProcesses({ marker }, [real(process.pid), real(pid)])).toMatchObject({
      found: [real(pid)],
    });
    expect(findAttemptProcesses({ marker: `${marker}0` }, [real(pid)])).toMatchObject({ found: [] });
    expect(findAttemptProcesses({ marker: marker.slice(0, -1) }, [real(pid)])).toMatchObject({ found: [] });
    child.stdin.end();
    await once(child, "exit");
  });
});
