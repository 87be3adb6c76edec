import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { AttemptSpec, RunningAttempt } from "../attempt.js";
import { currentBootId } from "../processes/identity.js";
import { recoverAttempt } from "../recover-attempt.js";
import { startAttempt } from "../start-attempt.js";
import { readClaim } from "../starting/claim.js";
import { wrapped } from "../starting/wrapper.js";
import { runs, until, useAttemptRoom } from "../testing/attempt-room.js";
import { machineContainments } from "../testing/containments.js";
import type { Containment } from "./containment.js";
import { pidsIn } from "./control-file.js";

const room = useAttemptRoom();
const MIB = 2 ** 20;

/** Allocates this much in one process, and then says so. */
const allocating = (bytes: number): string => `head -c ${bytes} /dev/zero | tail -c ${bytes} | wc -c`;

interface Ready {
  readonly spec: AttemptSpec;
  readonly attempt: RunningAttempt;
  readonly pids: number[];
  readonly folders: readonly string[];
}

/** Starts a command that tells by a FIFO (`$READY`) that it is where the test wants it, with pids to look after. */
async function startReady(
  containment: Containment,
  command: string,
  changes: Partial<AttemptSpec> = {},
): Promise<Ready> {
  const ready = room.fifo(`ready-${Math.trunc(performance.now() * 1000)}`);
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", READY: ready.path };
  const spec = room.spec(command, { env, ...changes });
  const attempt = startAttempt(spec, { containment });
  const pids = (await ready.receive()).split(/\s+/).filter(Boolean).map(Number);
  return { spec, attempt, pids, folders: cgroupOf(spec) };
}

function cgroupOf({ files }: AttemptSpec): readonly string[] {
  const claim = readClaim(files.claim);
  return claim.kind === "claimed" || claim.kind === "ended" ? claim.cgroup : [];
}

const remaining = (folders: readonly string[]): readonly string[] =>
  folders.filter((folder) => existsSync(folder));

describe.each(machineContainments())("in %s", (_name, containment) => {
  afterEach(() => containment.sweep(room.folder));

  it("an attempt is in cgroups of its own, which go with it", async () => {
    const { attempt, pids, folders } = await startReady(containment, "echo $$ >$READY; sleep 1000; :");
    expect(folders.length).toBeGreaterThan(0);
    for (const folder of folders) expect(pidsIn(folder)).toEqual(expect.arrayContaining(pids));
    attempt.stop("cancelled");
    expect(await attempt.ended).toMatchObject({
      outcome: { reason: "cancelled" },
      exitCode: 143,
      leftBehind: 0,
    });
    await until(() => remaining(folders).length === 0);
    containment.sweep(room.folder);
    expect(remaining(folders.map(dirname))).toEqual([]);
  });

  it("the group of an attempt that is alone goes with it, however it ends", async () => {
    const ran = room.spec("true", { isAlone: true });
    expect(await startAttempt(ran, { containment }).ended).toMatchObject({ exitCode: 0 });
    const folders = cgroupOf(ran);
    expect(folders.length).toBeGreaterThan(0);
    await until(() => remaining(folders.map(dirname)).length === 0);
    const failing = room.spec("true", { isAlone: true, cwd: "/nowhere" });
    await startAttempt(failing, { containment }).ended;
    await until(() => remaining(folders.map(dirname)).length === 0);
  });

  it("2,000 processes of one attempt are gone within the grace", async () => {
    const started = "for i in $(seq 2000); do sleep 1000 & done; echo >$READY; wait";
    const { attempt, folders } = await startReady(containment, started);
    const count = pidsIn(folders[0] ?? "").length;
    const before = performance.now();
    attempt.stop("timeout");
    expect((await attempt.ended).exitCode).toBe(143);
    const tookMs = performance.now() - before;
    console.info(`${count} processes ended in ${Math.round(tookMs)} ms`);
    expect(count).toBeGreaterThan(2000);
    expect(tookMs).toBeLessThan(10_000);
    await until(() => remaining(folders).length === 0);
  });

  it("chains that fork on and ignore TERM are gone after the grace", async () => {
    const chains =
      "trap '' TERM; f() { sleep 0.01; f & }; for i in 1 2 3 4 5 6 7 8; do f & done; echo >$READY; wait";
    const { attempt, folders } = await startReady(containment, chains);
    attempt.stop("timeout", { graceMs: 100 });
    expect((await attempt.ended).outcome).toEqual({ reason: "timeout" });
    await until(() => remaining(folders).length === 0);
  });

  it("daemons without session, parent, environment or manners are found all the same", async () => {
    const daemon = "env -i setsid sh -c 'trap \"\" TERM; sleep 1003 & echo $$ $! >>list; wait; sleep 1004' &";
    const waitForThem = "while [ $(wc -w <list) -lt 6 ]; do sleep 0.01; done; cat list >$READY";
    const command = `: >list; (${daemon} ${daemon} ${daemon}) ; ${waitForThem}; exit 7`;
    const spec = { graceMs: 50 };
    const { attempt, pids } = await startReady(containment, command, spec);
    const end = await attempt.ended;
    expect(end).toMatchObject({ outcome: { reason: "exit", exitCode: 7 } });
    expect(end.leftBehind).toBe(6);
    expect(pids).toHaveLength(6);
    expect(pids.filter(runs)).toEqual([]);
  });

  it("an attempt that needs more than its memory ends with oom, and its sibling lives", async () => {
    const sibling = await startReady(containment, "echo >$READY; sleep 1000; :", { memoryBytes: 64 * MIB });
    const greedy = room.spec(`${allocating(300 * MIB)} >/dev/null; exit \${PIPESTATUS[1]}`, {
      memoryBytes: 32 * MIB,
    });
    const end = await startAttempt(greedy, { containment }).ended;
    expect(end).toMatchObject({ outcome: { reason: "oom" }, exitCode: 137 });
    expect(end.usage?.peakMemoryBytes).toBeGreaterThan(30 * MIB);
    expect(end.usage?.peakMemoryBytes).toBeLessThanOrEqual(32 * MIB);
    expect(readFileSync(greedy.files.claim, "utf8")).toMatch(/\noom\n$/);
    expect(sibling.attempt.usage().memoryBytes).toBeGreaterThan(0);
    const { files, marker } = greedy;
    const again = await recoverAttempt({ files, marker, bootId: currentBootId(), background: "kill" });
    expect(again).toMatchObject({ kind: "ended", end: { outcome: { reason: "oom" } } });
    sibling.attempt.stop("cancelled");
    expect((await sibling.attempt.ended).outcome).toEqual({ reason: "cancelled" });
  });

  it("an attempt within its memory has its peak and its CPU time counted, of all it started", async () => {
    const burn = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done";
    const spec = room.spec(`(setsid bash -c '${burn}'); ${allocating(50 * MIB)}`, { memoryBytes: 200 * MIB });
    const { usage, outcome } = await startAttempt(spec, { containment }).ended;
    expect(outcome).toEqual({ reason: "exit", exitCode: 0 });
    expect(usage?.peakMemoryBytes).toBeGreaterThan(50 * MIB);
    expect(usage?.cpuSeconds).toBeGreaterThan(0.05);
  });

  it("KILLs what a killed wrapper leaves, and reports the signal", async () => {
    const { attempt, pids, folders } = await startReady(containment, "echo $$ $PPID >$READY; sleep 1000; :");
    process.kill(pids[1] ?? 0, "SIGKILL");
    expect(await attempt.ended).toMatchObject({ outcome: { reason: "signal", signal: 9 }, leftBehind: 2 });
    expect(pids.filter(runs)).toEqual([]);
    await until(() => remaining(folders).length === 0);
  });

  it("leaves what is to be kept in its cgroup", async () => {
    const { attempt, pids, folders } = await startReady(containment, "sleep 1000 & echo $! >$READY", {
      background: "keep",
    });
    expect(await attempt.ended).toMatchObject({ exitCode: 0, leftBehind: 1 });
    expect(pidsIn(folders[0] ?? "")).toEqual(pids);
    containment.sweep(room.folder);
    expect(pids.filter(runs)).toEqual(pids);
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await until(() => !pids.some(runs));
    containment.sweep(room.folder);
    expect(remaining(folders)).toEqual([]);
  });

  it("runs an attempt that cannot enter its cgroup without, and says so", async () => {
    const leaving: Containment = {
      ...containment,
      enclose(marker, limits) {
        const cgroup = containment.enclose(marker, limits);
        cgroup?.remove();
        return cgroup;
      },
    };
    const { attempt, pids, folders } = await startReady(leaving, "sleep 1000 & echo $$ $! >$READY; wait");
    expect(folders).toEqual([]);
    attempt.stop("timeout");
    expect(await attempt.ended).toMatchObject({
      outcome: { reason: "timeout" },
      uncontained: expect.stringContaining("could not enter the cgroup"),
    });
    expect(pids.filter(runs)).toEqual([]);
  });

  it("runs an attempt whose cgroup cannot be made without, and says so", async () => {
    const spec = room.spec("exit 3", { memoryBytes: Number.NaN });
    const end = await startAttempt(spec, { containment }).ended;
    expect(end).toMatchObject({ exitCode: 3, uncontained: expect.stringContaining("could not be made") });
    expect(cgroupOf(spec)).toEqual([]);
  });

  it("an attempt of a dead runner is found by its claim, whatever is in force now", async () => {
    const ready = room.fifo("ready");
    const hidden = `env -i setsid sh -c 'trap "" TERM; echo $$ >${ready.path}; sleep 1000; :'`;
    const spec = room.spec(`${hidden} & exit 5`);
    const cgroup = containment.enclose(spec.marker, {});
    const [program, ...args] = wrapped(
      ["/bin/sh"],
      spec.files.claim,
      ["/bin/bash", "-c", spec.command],
      cgroup?.folders,
    );
    spawn(program, args, { cwd: spec.cwd, env: spec.env, detached: true, stdio: "ignore" }).unref();
    const pid = Number(await ready.receive());
    await until(() => readClaim(spec.files.claim).kind === "ended");
    const { files, marker } = spec;
    const input = { files, marker, bootId: currentBootId(), background: "kill", graceMs: 50 } as const;
    const recovered = await recoverAttempt(input);
    if (recovered.kind !== "running") throw new Error(`not running: ${JSON.stringify(recovered)}`);
    expect(await recovered.attempt.ended).toMatchObject({
      outcome: { reason: "exit", exitCode: 5 },
      usage: { cpuSeconds: expect.any(Number) },
    });
    expect(runs(pid)).toBe(false);
    await until(() => remaining((cgroup?.folders ?? []).map(dirname)).length === 0);
  });
});
