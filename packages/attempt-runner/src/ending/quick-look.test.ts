import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { hasCertainlyLeftNothing } from "./quick-look.js";

const MARKER = `test/quick-look/${process.pid}`;

/** A shell that stays, as a wrapper whose pid cannot be used again, and prints what its command does. */
async function startLeader(
  command: string,
): Promise<{ pid: number; output: string; end: () => Promise<void> }> {
  const child = spawn("bash", ["-c", `${command}; echo; exec cat`], {
    detached: true,
    env: { ...process.env, SPAWN_ATTEMPT: MARKER },
  });
  const [output] = await once(child.stdout, "data");
  return {
    pid: child.pid ?? 0,
    output: String(output),
    end: async () => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

function look(pid: number, elapsedMs = 1): boolean {
  return hasCertainlyLeftNothing({ pid, marker: MARKER, elapsedMs });
}

describe("hasCertainlyLeftNothing", () => {
  it("is sure where there is nothing", async () => {
    const leader = await startLeader("/bin/true");
    expect(look(leader.pid)).toBe(true);
    await leader.end();
  });

  it("is not taken in by processes of others", async () => {
    const leader = await startLeader(":");
    const other = spawn("cat");
    expect(look(leader.pid)).toBe(true);
    other.stdin.end();
    await once(other, "exit");
    await leader.end();
  });

  it.each([
    ["in its session", "sleep 1000 & printf $!"],
    ["in its session without the marker", "env -i sleep 1000 & printf $!"],
    ["in a session of its own", "setsid sleep 1000 & printf $!"],
  ])("sees a process %s", async (_, command) => {
    const leader = await startLeader(command);
    expect(look(leader.pid)).toBe(false);
    process.kill(Number(leader.output));
    await leader.end();
  });

  it("is not sure after a time in which all pids can have been used", () => {
    const { pid } = spawnSync("true");
    expect(look(pid, 3_600_000)).toBe(false);
  });

  it("is not sure once the count has begun again below the wrapper's pid", () => {
    expect(look(2 ** 22)).toBe(false);
  });
});
