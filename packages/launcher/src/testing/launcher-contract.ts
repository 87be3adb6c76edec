import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Instance, Launcher, LaunchRequest } from "../index.js";

export interface LauncherUnderTest {
  readonly launcher: Launcher;
  /** Resolves once the instance's queue has no runner any more. */
  settled(instance: Instance): Promise<void>;
  /** A request for a queue of one job that runs `command`. */
  request(queueId: string, command: string): LaunchRequest;
  /** The same launcher, with a runner program that cannot do its work. */
  readonly broken: Launcher;
}

/** What every launcher promises. */
export function launcherContract(name: string, open: (folder: string) => LauncherUnderTest): void {
  describe(`${name} keeps the launcher's contract`, () => {
    let folder: string;
    let under: LauncherUnderTest;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "spawn-launcher-"));
      under = open(folder);
    });

    afterEach(async () => {
      for (const instance of await under.launcher.list()) await under.launcher.terminate(instance.instanceId);
      rmSync(folder, { recursive: true, force: true });
    });

    it("has no instances at first", async () => {
      expect(await under.launcher.list()).toEqual([]);
    });

    it("returns with the queue's runner at work, and lists the newest first", async () => {
      const first = await under.launcher.launch(under.request("first", "sleep 600"));
      const second = await under.launcher.launch(under.request("second", "sleep 600"));
      expect(first).toMatchObject({ queueId: "first", state: "running" });
      const listed = await under.launcher.list();
      expect(listed.map(({ instanceId }) => instanceId)).toEqual([second.instanceId, first.instanceId]);
    });

    it("shows an instance whose queue is over as stopped", async () => {
      const instance = await under.launcher.launch(under.request("short", "true"));
      await under.settled(instance);
      expect(await under.launcher.list()).toMatchObject([{ state: "stopped" }]);
    });

    it("does not resume what runs", async () => {
      const { instanceId } = await under.launcher.launch(under.request("busy", "sleep 600"));
      await expect(under.launcher.resume(instanceId, { environment: {}, rerun: [] })).rejects.toMatchObject({
        code: "already-running",
      });
    });

    it("resumes what failed", async () => {
      const request = under.request("again", "exit 3");
      const instance = await under.launcher.launch(request);
      await under.settled(instance);
      const resumed = await under.launcher.resume(instance.instanceId, {
        environment: request.environment,
        rerun: [],
      });
      expect(resumed.instanceId).toBe(instance.instanceId);
      await under.settled(resumed);
    });

    it("drains what it terminates; doing so twice is harmless", async () => {
      const { instanceId } = await under.launcher.launch(under.request("ended", "sleep 600"));
      expect(await under.launcher.terminate(instanceId)).toMatchObject({ state: "terminated" });
      expect(await under.launcher.terminate(instanceId)).toMatchObject({ state: "terminated" });
      expect(await under.launcher.list()).toMatchObject([{ state: "terminated" }]);
    });

    it("leaves nothing behind when the runner cannot be started", async () => {
      await expect(under.broken.launch(under.request("never", "true"))).rejects.toMatchObject({
        code: expect.stringMatching(/^runner-(not-found|failed)$/),
      });
      expect(await under.launcher.list()).toEqual([]);
    });

    it("says which instance it does not know", async () => {
      await expect(under.launcher.terminate("local-000000000000")).rejects.toMatchObject({
        code: "instance-not-found",
      });
    });
  });
}
