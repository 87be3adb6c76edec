import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AttemptSpec } from "./attempt.js";
import { currentBootId } from "./processes/identity.js";
import { readProcessStat } from "./processes/process-stat.js";
import { type RecoverInput, recoverAttempt } from "./recover-attempt.js";
import { startAttempt } from "./start-attempt.js";
import { wrapped } from "./starting/wrapper.js";
import { outputOf, runs, until, useAttemptRoom } from "./testing/attempt-room.js";

const room = useAttemptRoom();

function inputOf(spec: AttemptSpec, changes: Partial<RecoverInput> = {}): RecoverInput {
  const { files, marker, background } = spec;
  return { files, marker, background, bootId: currentBootId(), ...changes };
}

/** What a runner leaves that dies after the start: nobody waits for the wrapper. */
function startUnwatched({ command, cwd, env, files, marker }: AttemptSpec): void {
  const [program, ...args] = wrapped(["/bin/sh"], files.claim, ["/bin/bash", "-c", command]);
  spawn(program, args, {
    cwd,
    env: { ...env, SPAWN_ATTEMPT: marker },
    detached: true,
    stdio: "ignore",
  }).unref();
}

async function adopt(spec: AttemptSpec, changes: Partial<RecoverInput> = {}) {
  const recovered = await recoverAttempt(inputOf(spec, changes));
  if (recovered.kind !== "running") throw new Error(`not running: ${JSON.stringify(recovered)}`);
  return recovered.attempt;
}

describe("an attempt without a trace", () => {
  it("never started, and never will", async () => {
    const spec = room.spec("echo ran");
    expect(await recoverAttempt(inputOf(spec))).toEqual({ kind: "never-started" });
    expect((await startAttempt(spec).ended).outcome).toEqual({ reason: "never-started" });
    expect(outputOf(spec).stdout).toBe("");
    expect(await recoverAttempt(inputOf(spec))).toEqual({ kind: "never-started" });
  });

  it("of another boot was lost with its host, since its claim may have been too", async () => {
    const input = inputOf(room.spec("echo ran"), { bootId: "another boot" });
    const lost = { kind: "ended", end: { outcome: { reason: "host-lost" }, leftBehind: 0 } };
    expect(await recoverAttempt(input)).toEqual(lost);
    expect(await recoverAttempt(input)).toEqual(lost);
  });

  it("cannot be settled where nothing can be written", async () => {
    const { files, ...input } = inputOf(room.spec("x"));
    const claim = "/proc/no-file-can-be-made-here";
    await expect(recoverAttempt({ ...input, files: { ...files, claim } })).rejects.toThrow();
  });
});

describe("an attempt that runs", () => {
  it("is adopted: same command, same pid, its exit code", async () => {
    const [ready, gate] = [room.fifo("ready"), room.fifo("gate")];
    const spec = room.spec(`echo $$ >${ready.path}; read line <${gate.path}; echo "$line"; exit 9`);
    const first = startAttempt(spec);
    const pid = Number(await ready.receive());
    const attempt = await adopt(spec);
    expect(attempt.commandPid()).toEqual({ pid, startTicks: readProcessStat(pid)?.startTicks });
    expect(attempt.usage().memoryBytes).toBeGreaterThan(0);
    await gate.send("hello\n");
    const end = { outcome: { reason: "exit", exitCode: 9 }, exitCode: 9, leftBehind: 0 };
    expect(await attempt.ended).toEqual({ ...end, usage: expect.any(Object) });
    expect(await first.ended).toEqual(end);
    expect(outputOf(spec).stdout).toBe("hello\n");
  });

  it("is stopped as one that was started here", async () => {
    const ready = room.fifo("ready");
    const spec = room.spec(`echo >${ready.path}; sleep 1000; :`);
    startUnwatched(spec);
    await ready.receive();
    const attempt = await adopt(spec);
    attempt.stop("cancelled");
    expect(await attempt.ended).toEqual({ outcome: { reason: "cancelled" }, exitCode: 143, leftBehind: 0 });
  });

  it("whose end had been decided is stopped at once", async () => {
    const ready = room.fifo("ready");
    const spec = room.spec(`trap '' TERM; echo $$ >${ready.path}; while :; do sleep 1000; done`);
    startUnwatched(spec);
    const pid = Number(await ready.receive());
    const attempt = await adopt(spec, { stopping: "timeout", graceMs: 50 });
    expect((await attempt.ended).outcome).toEqual({ reason: "timeout" });
    expect(runs(pid)).toBe(false);
  });

  it("whose wrapper was killed meanwhile is ended, and reported killed", async () => {
    const ready = room.fifo("ready");
    const spec = room.spec(`echo $$ $PPID >${ready.path}; sleep 1000; :`, { background: "keep" });
    startUnwatched(spec);
    const [pid = 0, wrapper = 0] = (await ready.receive()).split(" ").map(Number);
    process.kill(wrapper, "SIGKILL");
    await until(() => !runs(wrapper));
    const recovered = await recoverAttempt(inputOf(spec));
    const end = recovered.kind === "running" ? await recovered.attempt.ended : recovered;
    expect(end).toMatchObject({ outcome: { reason: "signal", signal: 9 }, exitCode: 137 });
    expect(runs(pid)).toBe(false);
  });
});

describe("an attempt that has ended meanwhile", () => {
  async function ended(command: string, changes: Partial<AttemptSpec> = {}): Promise<AttemptSpec> {
    const spec = room.spec(command, { background: "keep", ...changes });
    await startAttempt(spec).ended;
    return spec;
  }

  it.each([
    ["exit 6", { reason: "exit", exitCode: 6 }, 6],
    ["exit 0", { reason: "exit", exitCode: 0 }, 0],
    ["kill -9 $$", { reason: "signal", signal: 9 }, 137],
    ["exit 143", { reason: "signal", signal: 15 }, 143],
    ["kill -9 0", { reason: "signal", signal: 9 }, 137],
  ])("%s", async (command, outcome, exitCode) => {
    const input = inputOf(await ended(command));
    expect(await recoverAttempt(input)).toMatchObject({
      kind: "ended",
      end: { outcome, exitCode, leftBehind: 0 },
    });
  });

  it("has ended when its exit code was recorded, where that was in this boot", async () => {
    const spec = await ended("exit 6");
    utimesSync(spec.files.claim, 1_700_000_000, 1_700_000_000);
    expect(await recoverAttempt(inputOf(spec))).toMatchObject({ endedAtMs: 1_700_000_000_000 });
    const rebooted = await recoverAttempt(inputOf(spec, { bootId: "another boot" }));
    expect(rebooted).not.toHaveProperty("endedAtMs");
  });

  it("has ended nobody knows when, where its wrapper was killed", async () => {
    const input = inputOf(await ended("kill -9 0"));
    expect(await recoverAttempt(input)).not.toHaveProperty("endedAtMs");
  });

  it("has the cause of a stop that had been decided as its reason", async () => {
    const input = inputOf(await ended("exit 6"), { stopping: "timeout" });
    expect(await recoverAttempt(input)).toMatchObject({
      kind: "ended",
      end: { outcome: { reason: "timeout" }, exitCode: 6, leftBehind: 0 },
    });
  });

  it("under another boot keeps its exit code", async () => {
    const input = inputOf(await ended("exit 6"), { bootId: "another boot" });
    expect(await recoverAttempt(input)).toMatchObject({ kind: "ended", end: { exitCode: 6 } });
  });

  it("by TERM, under another boot, was lost with its host: a shutdown sends that to all", async () => {
    const input = inputOf(await ended("kill -TERM $$"), { bootId: "another boot" });
    expect(await recoverAttempt(input)).toEqual({
      kind: "ended",
      end: { outcome: { reason: "host-lost" }, leftBehind: 0 },
    });
  });

  it("by TERM, under the same boot, was ended by somebody", async () => {
    expect(await recoverAttempt(inputOf(await ended("kill -TERM $$")))).toMatchObject({
      end: { outcome: { reason: "signal", signal: 15 } },
    });
  });

  it("without an exit line, under another boot, was lost with its host", async () => {
    const spec = room.spec("x");
    writeFileSync(spec.files.claim, "4711\n");
    const input = inputOf(spec, { bootId: "another boot" });
    expect(await recoverAttempt(input)).toMatchObject({ end: { outcome: { reason: "host-lost" } } });
  });

  it("has what it left behind ended, if that is not to be kept", async () => {
    const ready = room.fifo("ready");
    const spec = room.spec(`setsid sleep 1000 & sleep 1001 & echo $! >${ready.path}`, { background: "keep" });
    const first = startAttempt(spec);
    const pid = Number(await ready.receive());
    await first.ended;
    expect(await recoverAttempt(inputOf(spec))).toMatchObject({ kind: "ended", end: { leftBehind: 2 } });
    expect(runs(pid)).toBe(true);
    const attempt = await adopt(spec, { background: "kill" });
    expect(await attempt.ended).toMatchObject({ exitCode: 0, leftBehind: 2 });
    expect(runs(pid)).toBe(false);
  });

  it("does not take another process for its wrapper", async () => {
    const stranger = spawn("cat");
    const spec = room.spec("x");
    writeFileSync(spec.files.claim, `${stranger.pid}\n`);
    expect(await recoverAttempt(inputOf(spec))).toMatchObject({
      kind: "ended",
      end: { outcome: { reason: "signal", signal: 9 } },
    });
    expect(runs(stranger.pid ?? 0)).toBe(true);
    stranger.stdin.end();
    await once(stranger, "exit");
  });
});

describe("a claim that is still empty", () => {
  it("is its wrapper's, which is adopted before it has written", async () => {
    const [ready, gate] = [room.fifo("ready"), room.fifo("gate")];
    const spec = room.spec(`echo >${ready.path}; read _ <${gate.path}; exit 8`);
    startUnwatched(spec);
    await ready.receive();
    const written = readFileSync(spec.files.claim);
    truncateSync(spec.files.claim);
    const attempt = await adopt(spec);
    writeFileSync(spec.files.claim, written);
    await gate.send("\n");
    expect(await attempt.ended).toMatchObject({ exitCode: 8 });
  });

  it("of a wrapper that is gone: it was killed", async () => {
    const spec = room.spec("x");
    writeFileSync(spec.files.claim, "");
    expect(await recoverAttempt(inputOf(spec))).toMatchObject({
      kind: "ended",
      end: { outcome: { reason: "signal", signal: 9 }, leftBehind: 0 },
    });
  });
});
