import { queueKeys } from "@spawn/result-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Ec2Launcher } from "../ec2-launcher.js";
import { ec2Error, type SentCall } from "../testing/faulty-handler.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";
import { IntentFolder } from "./intent-file.js";

const keys = queueKeys("pipeline");
let moto: Moto;
let rig: Rig;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

beforeEach(async () => {
  await moto.reset();
  rig = new Rig(moto);
  await rig.makeBucket();
  await rig.store.claimQueue("pipeline", { overwrite: false });
});

afterEach(() => rig.close());

const isMaking = ({ operation, body }: SentCall): boolean =>
  operation === "RunInstances" && !body.includes("DryRun");

const stored = async (): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { key } of rig.store.list(keys.folder)) found.push(key);
  return found.sort();
};

describe("a launch that fails", () => {
  it("keeps the queue in the store while nobody can tell whether there is an instance", async () => {
    rig.handler.answer = (call) => (isMaking(call) ? ec2Error("InternalError", "sorry", 500) : undefined);
    const launch = rig.launcher.launch(rig.request({ isNew: true }));
    await expect(launch).rejects.toMatchObject({ code: "aws-failed" });
    expect(await stored()).toEqual([keys.claim, keys.launch, keys.launchClaim(1), keys.queueFile].sort());
    expect(new IntentFolder(rig.folder).read()).toHaveLength(1);
  });

  it("is settled by a later command of the same process", async () => {
    const processes = { host: "here", own: process.pid, isAlive: () => true };
    const launcher = new Ec2Launcher({ ...rig.parts, processes });
    rig.handler.answer = (call) => (isMaking(call) ? ec2Error("InternalError", "sorry", 500) : undefined);
    await expect(launcher.launch(rig.request({ isNew: true }))).rejects.toThrow("did not say");
    rig.handler.answer = () => undefined;
    rig.clock.advance(6 * 60_000);
    expect(await launcher.reconcile()).toEqual(["pipeline"]);
    expect(new IntentFolder(rig.folder).read()).toEqual([]);
  });

  it("keeps the queue in the store while its instance could not be ended", async () => {
    rig.handler.answer = ({ operation, path }) => {
      if (operation === "TerminateInstances") return ec2Error("UnauthorizedOperation", "not you", 403);
      return path.startsWith("/schedules/") ? { status: 403, body: "AccessDeniedException" } : undefined;
    };
    const launch = rig.launcher.launch(rig.request({ isNew: true }));
    await expect(launch).rejects.toMatchObject({ code: "permission-denied" });
    expect(await stored()).toContain(keys.queueFile);
    expect(await rig.launcher.list()).toMatchObject([{ state: "running" }]);
  });

  it("gives the queue's id back where it is known that there is no instance", async () => {
    rig.handler.answer = (call) =>
      isMaking(call) ? ec2Error("InsufficientInstanceCapacity", "none left", 500) : undefined;
    await expect(rig.launcher.launch(rig.request({ isNew: true }))).rejects.toMatchObject({
      code: "no-capacity",
    });
    expect(await stored()).toEqual([]);
  });

  it("gives the queue's id back where nothing was begun", async () => {
    const { plan } = await rig.launcher.plan(rig.request({ isNew: true }));
    rig.handler.answer = ({ operation }) =>
      operation === "DescribeInstances" ? ec2Error("UnauthorizedOperation", "not you", 403) : undefined;
    await expect(rig.launcher.launchAsPlanned(rig.request({ isNew: true }), plan)).rejects.toMatchObject({
      code: "permission-denied",
    });
    expect(await stored()).toEqual([]);
  });
});
