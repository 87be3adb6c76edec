import { readFileSync } from "node:fs";
import { FakeClock } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import type { AttemptSpec, RunningAttempt } from "../attempt.js";
import { lookForMarker } from "../processes/marker.js";
import { readProcessTable } from "../processes/process-table.js";
import { type AttemptOptions, startAttempt } from "../start-attempt.js";
import { outputOf, runs, until, useAttemptRoom } from "../testing/attempt-room.js";

const room = useAttemptRoom();

/** Starts a command that tells by a FIFO (`$READY`) that it is where the test wants it, with pids to look after. */
async function startReady(
  command: string,
  changes: Partial<AttemptSpec> = {},
  options: AttemptOptions = {},
): Promise<{ spec: AttemptSpec; attempt: RunningAttempt; pids: number[] }> {
  const ready = room.fifo(`ready-${Math.trunc(performance.now() * 1000)}`);
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", READY: ready.path };
  const spec = room.spec(command, { env, ...changes });
  const attempt = startAttempt(spec, options);
  const pids = (await ready.receive()).split(/\s+/).filter(Boolean).map(Number);
  return { spec, attempt, pids };
}

function marked({ marker }: AttemptSpec): number {
  return readProcessTable().filter(
    (process) => !process.ended && lookForMarker(process.pid, marker) === "present",
  ).length;
}

describe("stop", () => {
  it.each(["timeout", "cancelled", "interrupted"] as const)(
    "ends the command; the reason is %s",
    async (cause) => {
      const { attempt, pids } = await startReady("echo $$ >$READY; sleep 1000; :");
      attempt.stop(cause);
      attempt.stop("timeout");
      expect(await attempt.ended).toEqual({ outcome: { reason: cause }, exitCode: 143, leftBehind: 0 });
      expect(pids.filter(runs)).toEqual([]);
    },
  );

  it("lets the command clean up, and keeps its exit code", async () => {
    const { attempt, spec } = await startReady(
      "trap 'echo cleaned; exit 3' TERM; echo >$READY; while :; do sleep 1000 & wait; done",
    );
    attempt.stop("timeout");
    expect(await attempt.ended).toEqual({ outcome: { reason: "timeout" }, exitCode: 3, leftBehind: 0 });
    expect(outputOf(spec).stdout).toBe("cleaned\n");
  });

  it("sends TERM once, however long the clean-up takes", async () => {
    const gate = room.fifo("gate");
    const clock = new FakeClock();
    // bash runs a trap between commands: a TERM that comes just before a long `read` blocks would wait for its end.
    const { attempt, spec } = await startReady(
      `trap 'echo TERM' TERM; exec 3<>${gate.path}; echo >$READY; while ! read -t 0.1 -u 3 line; do :; done; exit 5`,
      {},
      { clock },
    );
    attempt.stop("timeout");
    await until(() => outputOf(spec).stdout !== "");
    for (let second = 0; second < 9; second += 1) clock.advance(1000);
    await gate.send("go\n");
    expect((await attempt.ended).exitCode).toBe(5);
    expect(outputOf(spec).stdout).toBe("TERM\n");
  });

  it("right after the start leaves no command running", async () => {
    for (let round = 0; round < 20; round += 1) {
      const spec = room.spec("sleep 1000");
      const attempt = startAttempt(spec);
      attempt.stop("cancelled");
      expect((await attempt.ended).outcome).toEqual({ reason: "cancelled" });
      expect(marked(spec)).toBe(0);
    }
  });

  it("KILLs after the grace who ignores TERM, and still records the exit code", async () => {
    const { attempt, spec, pids } = await startReady("trap '' TERM; sleep 1000 & echo $$ $! >$READY; wait");
    attempt.stop("timeout", { graceMs: 50 });
    expect(await attempt.ended).toEqual({ outcome: { reason: "timeout" }, exitCode: 137, leftBehind: 0 });
    expect(pids.filter(runs)).toEqual([]);
    expect(readFileSync(spec.files.claim, "utf8")).toMatch(/\nexit 137\n$/);
  });

  it("can be shortened while its grace runs", async () => {
    const { attempt } = await startReady("trap '' TERM; echo >$READY; while :; do sleep 1000; done");
    attempt.stop("cancelled");
    attempt.kill();
    expect((await attempt.ended).outcome).toEqual({ reason: "cancelled" });
  });

  it("reaches stopped processes, the wrapper among them", async () => {
    const { attempt, pids } = await startReady("echo $$ >$READY; kill -STOP 0; echo never");
    await until(() => /\) T /.test(readFileSync(`/proc/${pids[0]}/stat`, "utf8")));
    attempt.stop("cancelled");
    expect((await attempt.ended).outcome).toEqual({ reason: "cancelled" });
  });

  it("reaches daemons: a session of their own, no parent, no environment, ignoring TERM", async () => {
    const daemon = `setsid sh -c 'trap "" TERM; (setsid sleep 1000 & echo $! >>$LIST); echo $$ >>$LIST; sleep 1000' &`;
    const bare = `env -i setsid sleep 1001 & echo $! >>$LIST`;
    const { attempt, pids } = await startReady(
      `LIST=$PWD/list; export LIST; ${daemon} ${bare}; while [ $(wc -l <$LIST) -lt 3 ]; do sleep 0.01; done; cat $LIST >$READY; sleep 1002`,
    );
    expect(pids.filter(runs)).toHaveLength(3);
    attempt.stop("timeout", { graceMs: 100 });
    expect((await attempt.ended).outcome).toEqual({ reason: "timeout" });
    expect(pids.filter(runs)).toEqual([]);
  });

  it("without a stop before, kill is reported as the signal", async () => {
    const { attempt } = await startReady("echo >$READY; sleep 1000");
    attempt.kill();
    expect(await attempt.ended).toMatchObject({ outcome: { reason: "signal", signal: 9 }, exitCode: 137 });
  });
});

describe("a large tree", () => {
  const size = process.env.SPAWN_LONG === "1" ? 2000 : 200;

  it(`of ${size} processes is gone within the grace`, async () => {
    const { attempt, spec } = await startReady(
      `for i in $(seq ${size}); do sleep 1000 & done; echo >$READY; wait`,
    );
    attempt.stop("timeout");
    expect((await attempt.ended).exitCode).toBe(143);
    expect(marked(spec)).toBe(0);
  });

  it("that forks on and ignores TERM is gone after it", async () => {
    // Eight chains in which each process starts the next and ends.
    const chain =
      "trap '' TERM; f() { sleep 0.01; f & }; for i in 1 2 3 4 5 6 7 8; do f & done; echo >$READY; wait";
    const { attempt, spec } = await startReady(chain);
    attempt.stop("timeout", { graceMs: 100 });
    expect((await attempt.ended).outcome).toEqual({ reason: "timeout" });
    expect(marked(spec)).toBe(0);
  });
});

describe("what a finished command leaves behind", () => {
  it("is ended before the attempt has ended", async () => {
    const { attempt, pids } = await startReady("sleep 1000 & setsid sleep 1001 & echo $$ $! >$READY; exit 4");
    expect(await attempt.ended).toEqual({
      outcome: { reason: "exit", exitCode: 4 },
      exitCode: 4,
      leftBehind: 2,
    });
    expect(pids.filter(runs)).toEqual([]);
  });

  it("is KILLed after the grace; a stop then no longer changes the reason", async () => {
    const { attempt, spec, pids } = await startReady(
      "(trap 'echo TERM' TERM; echo $BASHPID >$READY; while :; do sleep 1000 & wait; done) &",
    );
    await until(() => outputOf(spec).stdout === "TERM\n");
    expect(pids.filter(runs)).toEqual(pids);
    attempt.stop("timeout", { graceMs: 20 });
    expect(await attempt.ended).toEqual({
      outcome: { reason: "exit", exitCode: 0 },
      exitCode: 0,
      leftBehind: expect.toSatisfy((count: number) => count > 0),
    });
    expect(pids.filter(runs)).toEqual([]);
  });

  it("is found while it is being replaced by another program, when it shows no environment", async () => {
    const daemon = "setsid sh -c 'for i in 1 2 3 4 5 6 7 8 9; do (exec sh -c true); done; exec sleep 1000' &";
    for (let round = 0; round < 40; round += 1) {
      const spec = room.spec(`${daemon} true`);
      await startAttempt(spec).ended;
      expect(marked(spec), `processes left in round ${round}`).toBe(0);
    }
  });

  it("is left alone when it is to be kept", async () => {
    const { attempt, pids } = await startReady("setsid sleep 1000 & echo $! >$READY", { background: "keep" });
    expect(await attempt.ended).toMatchObject({ exitCode: 0, leftBehind: 1 });
    expect(pids.filter(runs)).toEqual(pids);
    for (const pid of pids) process.kill(pid);
  });

  it("is never the command itself: it ends with a wrapper that was killed", async () => {
    const { attempt, pids } = await startReady("echo $$ $PPID >$READY; sleep 1000; :", {
      background: "keep",
    });
    process.kill(pids[1] ?? 0, "SIGKILL");
    expect(await attempt.ended).toMatchObject({ outcome: { reason: "signal", signal: 9 }, exitCode: 137 });
    expect(pids.filter(runs)).toEqual([]);
  });
});
