import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { attemptMarker, markerGroup } from "./attempt-marker.js";
import { detectContainment } from "./containment/detect-containment.js";
import { endAllAttempts } from "./end-all-attempts.js";
import { instanceLayout } from "./instance-layout.js";
import { acquireRunnerLock } from "./runner-lock.js";
import { startAttempt } from "./start-attempt.js";
import { readClaim } from "./starting/claim.js";
import { runs, useAttemptRoom } from "./testing/attempt-room.js";

const room = useAttemptRoom();
const containment = detectContainment();
const place = () => ({ instanceId: room.folder, queueId: "lost.1" });

afterEach(() => containment.sweep(markerGroup(place())));

async function startOne(job: string, command: string) {
  const layout = instanceLayout(room.folder);
  for (const folder of layout.folders) mkdirSync(folder, { recursive: true });
  const ready = room.fifo(`ready-${job}`);
  const spec = room.spec(`echo $$ >'${ready.path}'; ${command}`, {
    files: layout.attempt(job, 2),
    marker: attemptMarker(place(), job, 2),
    graceMs: 100,
  });
  const attempt = startAttempt(spec, { containment });
  return { layout, attempt, pid: Number(await ready.receive()), claim: spec.files.claim };
}

function groupsOf(path: string): readonly string[] {
  const claim = readClaim(path);
  return claim.kind === "claimed" || claim.kind === "ended" ? claim.cgroup.map(dirname) : [];
}

describe("endAllAttempts", () => {
  it("ends what runs of an instance whose runner is gone, and leaves no cgroup of it", async () => {
    const over = await startOne("a.b", "exit 3");
    await over.attempt.ended;
    const running = await startOne("train", "sleep 1000; :");
    const groups = groupsOf(running.claim);
    if (containment.kind === "process-group") console.info(`no cgroups are looked at: ${containment.reason}`);
    else expect(groups.length).toBeGreaterThan(0);
    await endAllAttempts(running.layout, place());
    expect(runs(running.pid)).toBe(false);
    await running.attempt.ended;
    expect(groups.filter((group) => existsSync(group))).toEqual([]);
    expect(readClaim(over.claim)).toMatchObject({ kind: "ended", exitCode: 3 });
  });

  it("does nothing to those of a runner that lives", async () => {
    const { layout, attempt, pid } = await startOne("train", "sleep 1000; :");
    const lock = acquireRunnerLock(layout.lock);
    await expect(endAllAttempts(layout, place())).rejects.toMatchObject({ code: "already-running" });
    expect(runs(pid)).toBe(true);
    lock.release();
    attempt.stop("cancelled");
    await attempt.ended;
  });

  it("has nothing to do where nothing was ever started", async () => {
    const layout = instanceLayout(join(room.folder, "fresh"));
    await expect(endAllAttempts(layout, place())).resolves.toBeUndefined();
  });
});
