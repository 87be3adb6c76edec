import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { IntentFolder } from "../launch/intent-file.js";
import { ec2Error } from "../testing/faulty-handler.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

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
  return () => rig.close();
});

/** As a launch that was killed when EC2 had made its instance. */
async function killedLaunch(): Promise<string> {
  const intents = new IntentFolder(rig.folder);
  let noted = intents.read();
  const onEvent = (): void => {
    noted = intents.read();
  };
  const { instanceId } = await rig.launcher.launch(rig.request({ onEvent }));
  for (const intent of noted) intents.write(intent);
  expect(noted).toHaveLength(1);
  return instanceId;
}

const dryRun = async () => rig.launcher.gc({ dryRun: true });

describe("gc that only looks", { timeout: 120_000 }, () => {
  it("names the instance and the role that a killed launch left, once each, and leaves them", async () => {
    const instanceId = await killedLaunch();
    const reason = "a killed launch of pipeline left it";
    const looked = await dryRun();
    expect(looked.found).toEqual([
      { kind: "instance", region: "us-east-1", id: instanceId, reason },
      { kind: "role", region: "", id: expect.stringContaining("pipeline"), reason },
    ]);
    expect(looked.young.map(({ kind }) => kind)).not.toContain("role");
    rig.clock.advance(2 * 3_600_000);
    expect((await dryRun()).found.filter(({ kind }) => kind === "instance")).toHaveLength(1);
    expect(await rig.launcher.list()).toMatchObject([{ state: "running" }]);
    await rig.launcher.gc({ dryRun: false });
    expect(await rig.launcher.list()).toMatchObject([{ state: "terminated" }]);
    expect((await dryRun()).found.filter(({ kind }) => kind === "instance")).toEqual([]);
  });

  it("says where it could not look", async () => {
    await killedLaunch();
    rig.handler.answer = ({ operation }) =>
      operation === "DescribeInstances" ? ec2Error("UnauthorizedOperation", "not you", 403) : undefined;
    expect((await dryRun()).notLookedAt).toContainEqual({
      place: "what a killed launch of pipeline left in us-east-1",
      reason: expect.stringContaining("not you"),
    });
  });
});
