import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttemptEnd, AttemptSpec } from "./attempt.js";
import { readProcessStat } from "./processes/process-stat.js";
import { startAttempt } from "./start-attempt.js";
import { outputOf, runs, until, useAttemptRoom } from "./testing/attempt-room.js";
import { useUpDescriptors } from "./testing/use-up-descriptors.js";

const room = useAttemptRoom();

describe("startAttempt", () => {
  it("gives the command its folder, its environment and its marker, and nothing else", async () => {
    const spec = room.spec('pwd; echo "$A $SPAWN_ATTEMPT ${HOME-no home}"', { cwd: "/", env: { A: "b c" } });
    const end = await startAttempt(spec).ended;
    expect(end).toEqual({ outcome: { reason: "exit", exitCode: 0 }, exitCode: 0, leftBehind: 0 });
    expect(outputOf(spec).stdout).toBe(`/\nb c ${spec.marker} no home\n`);
  });

  it("appends to output files that only their owner may read", async () => {
    const spec = room.spec("echo more; echo words >&2");
    writeFileSync(spec.files.stdout, "some\n");
    await startAttempt(spec).ended;
    expect(outputOf(spec)).toEqual({ stdout: "some\nmore\n", stderr: "words\n" });
    expect(statSync(spec.files.stderr).mode & 0o777).toBe(0o600);
  });

  it("reports the command's own process, which leads no session but lives in the attempt's", async () => {
    const [ready, gate] = [room.fifo("ready"), room.fifo("gate")];
    const attempt = startAttempt(room.spec(`echo $$ >${ready.path}; read _ <${gate.path}`));
    const pid = Number(await ready.receive());
    expect(attempt.commandPid()).toEqual({ pid, startTicks: readProcessStat(pid)?.startTicks });
    expect(readProcessStat(pid)?.session).not.toBe(readProcessStat(process.pid)?.session);
    expect(attempt.usage()).toEqual({
      cpuSeconds: expect.any(Number),
      memoryBytes: expect.toSatisfy((bytes: number) => bytes > 1e6),
      peakMemoryBytes: attempt.usage().memoryBytes,
    });
    await gate.send("\n");
    await attempt.ended;
    expect(attempt.commandPid()).toBeUndefined();
    expect(attempt.usage()).toEqual({});
  });

  it("counts the CPU seconds of children that have ended", async () => {
    const [ready, gate] = [room.fifo("ready"), room.fifo("gate")];
    const burn = "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done";
    const attempt = startAttempt(room.spec(`(${burn}); echo done >${ready.path}; read _ <${gate.path}`));
    await ready.receive();
    expect(attempt.usage().cpuSeconds).toBeGreaterThan(0.02);
    await gate.send("\n");
    await attempt.ended;
  });

  it("ends with a signal when a person sends TERM to the reported process", async () => {
    const ready = room.fifo("ready");
    const attempt = startAttempt(room.spec(`echo >${ready.path}; sleep 1000; :`));
    await ready.receive();
    process.kill(attempt.commandPid()?.pid ?? 0, "SIGTERM");
    expect(await attempt.ended).toMatchObject({ outcome: { reason: "signal", signal: 15 }, exitCode: 143 });
  });

  it("chooses the shell: sh by name, any by path, bash when nothing is said", async () => {
    const script = join(room.folder, "my-shell");
    writeFileSync(script, '#!/bin/sh\necho "$#: $1 $2"\n');
    chmodSync(script, 0o755);
    for (const [shell, expected] of [
      ["sh", expect.stringMatching(/^sh\b/)],
      ["./my-shell", "2: -c echo $0 $BASH\n"],
      [undefined, expect.stringMatching(/^bash .*\/bash\n$/)],
    ] as const) {
      const spec = room.spec("echo $0 $BASH", shell === undefined ? {} : { shell });
      await startAttempt(spec).ended;
      expect(outputOf(spec).stdout).toEqual(expected);
    }
  });

  it("refuses an attempt that was settled before", async () => {
    const spec = room.spec("echo ran");
    writeFileSync(spec.files.claim, "void\n");
    expect((await startAttempt(spec).ended).outcome).toEqual({ reason: "never-started" });
    expect(outputOf(spec).stdout).toBe("");
  });
});

describe("what keeps an attempt from starting is its end", () => {
  const failing: Readonly<Record<string, [() => AttemptSpec, string | RegExp]>> = {
    "no working directory": [() => room.spec("x", { cwd: "/no/such" }), /^\/no\/such: no such .*ENOENT/],
    "a file as working directory": [
      () => room.spec("x", { cwd: "/etc/passwd" }),
      "/etc/passwd: not a folder",
    ],
    "no such shell": [() => room.spec("x", { shell: "no-shell" }), "no no-shell to run the command with"],
    "no such shell's path": [() => room.spec("x", { shell: "/no/sh" }), "no /no/sh to run the command with"],
    "a folder as shell": [() => room.spec("x", { shell: "/usr" }), "no /usr to run the command with"],
    "an environment too large": [() => room.spec("x", { env: { A: "x".repeat(200_000) } }), "E2BIG"],
    "a NUL in the command": [() => room.spec("a\0b"), "the command contains a NUL"],
    "a NUL in the environment": [() => room.spec("x", { env: { A: "\0" } }), "variable A contains a NUL"],
    "no folder for its output": [
      () => {
        const spec = room.spec("x");
        return { ...spec, files: { ...spec.files, stdout: "/no/such/stdout" } };
      },
      "/no/such/stdout: no such file or folder (ENOENT)",
    ],
    "a full disk": [
      () => {
        const spec = room.spec("x".repeat(200_000));
        symlinkSync("/dev/full", spec.files.command);
        return spec;
      },
      "no space left (ENOSPC)",
    ],
  };

  it.each(Object.entries(failing))("%s", async (_name, [makeSpec, message]) => {
    const attempt = startAttempt(makeSpec());
    attempt.stop("timeout");
    attempt.kill();
    expect(await attempt.ended).toEqual({
      outcome: {
        reason: "start-failed",
        message:
          typeof message === "string" ? expect.stringContaining(message) : expect.stringMatching(message),
      },
      leftBehind: 0,
    });
    expect([attempt.commandPid(), attempt.usage()]).toEqual([undefined, {}]);
  });

  it("a claim that cannot be made", async () => {
    const spec = room.spec("echo ran");
    const files = { ...spec.files, claim: "/no/such/claim" };
    expect((await startAttempt({ ...spec, files }).ended).outcome).toEqual({
      reason: "start-failed",
      message: expect.stringContaining("its claim file could not be written"),
    });
    expect(outputOf(spec).stdout).toBe("");
  });

  it("too many open files, at whichever step they run out", async () => {
    const ends: Promise<AttemptEnd>[] = [];
    for (let free = 0; free < 8; free += 1) {
      const spec = room.spec("echo ran");
      const release = useUpDescriptors(free);
      try {
        ends.push(startAttempt(spec).ended);
      } finally {
        release();
      }
    }
    const messages = (await Promise.all(ends)).map(({ outcome }) =>
      outcome.reason === "start-failed" ? outcome.message : outcome.reason,
    );
    expect(messages[0]).toContain("too many open files (EMFILE)");
    for (const message of messages) expect(message).toMatch(/^exit$|EMFILE/);
  });
});

describe("output", () => {
  const megabytes = process.env.SPAWN_LONG === "1" ? 200 : 20;

  it(`of ${megabytes} MB without a newline is there to the last byte`, async () => {
    const bytes = megabytes * 1_000_000;
    const spec = room.spec(`head -c ${bytes} /dev/zero | tr '\\0' '\\377'; printf end`);
    expect((await startAttempt(spec).ended).exitCode).toBe(0);
    const output = readFileSync(spec.files.stdout);
    expect(output.length).toBe(bytes + 3);
    expect(output.subarray(0, bytes).every((byte) => byte === 0xff)).toBe(true);
    expect(output.subarray(bytes).toString()).toBe("end");
  });

  it("held open by a process that stays does not delay the end", async () => {
    const ready = room.fifo("ready");
    const spec = room.spec(`sleep 1000 & echo $! >${ready.path}`, { background: "keep" });
    const attempt = startAttempt(spec);
    const pid = Number(await ready.receive());
    expect(await attempt.ended).toMatchObject({ exitCode: 0, leftBehind: 1 });
    expect(runs(pid)).toBe(true);
    process.kill(pid);
    await until(() => !runs(pid));
  });
});

it("works in a folder whose name has blanks, quotes and newlines", async () => {
  const cwd = join(room.folder, `it's "a"\n $folder`);
  mkdirSync(cwd);
  const text = `pwd\n# ${"x".repeat(200_000)}`;
  const spec = room.spec(text, { cwd });
  const files = { ...spec.files, claim: join(cwd, "claim"), command: join(cwd, "command") };
  expect((await startAttempt({ ...spec, files }).ended).exitCode).toBe(0);
  expect(outputOf(spec).stdout).toBe(`${cwd}\n`);
});
