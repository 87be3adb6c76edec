import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Ec2Launcher } from "../ec2-launcher.js";
import { ec2Error } from "../testing/faulty-handler.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

const EMPTY = {
  status: 200,
  body: "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>",
};
const NOT_FOUND = ec2Error("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist");

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
});

afterEach(() => rig.close());

/** A launcher that knows when an instance was launched from here, and how often EC2 is asked for it in vain. */
async function launched(ago: number | undefined, answer: { status: number; body: string }, times: number) {
  const { instanceId } = await rig.launcher.launch(rig.request());
  const atMs = ago === undefined ? undefined : rig.clock.wallMs() - ago;
  const launcher = new Ec2Launcher({ ...rig.parts, launchedAtMs: () => atMs });
  let asked = 0;
  rig.handler.answer = ({ operation }) =>
    operation === "DescribeInstances" && ++asked <= times ? answer : undefined;
  return { launcher, instanceId, asked: () => asked };
}

describe("an instance that EC2 does not know", () => {
  it.each([
    ["an error", NOT_FOUND],
    ["an empty answer", EMPTY],
  ])("is waited for where it was just launched from here, with %s", async (_words, answer) => {
    const { launcher, instanceId, asked } = await launched(1_000, answer, 3);
    expect(await launcher.find(instanceId)).toMatchObject({ instanceId, state: "running" });
    expect(asked()).toBe(4);
  });

  it("is extended and ended all the same", async () => {
    const { launcher, instanceId } = await launched(1_000, NOT_FOUND, 2);
    await launcher.extend(instanceId, 60_000);
    expect(await launcher.terminate(instanceId)).toMatchObject({ state: "terminated" });
  });

  it.each([
    ["launched from here long ago", 10 * 60_000],
    ["not launched from here", undefined],
  ])("is not there where it was %s", async (_words, ago) => {
    const { launcher, instanceId, asked } = await launched(ago, NOT_FOUND, 99);
    await expect(launcher.find(instanceId)).rejects.toMatchObject({ code: "instance-not-found" });
    expect(asked()).toBe(1);
  });

  it("is given up after half a minute", async () => {
    const { launcher, instanceId } = await launched(1_000, NOT_FOUND, 999);
    const beganMs = rig.clock.bootMs();
    await expect(launcher.find(instanceId)).rejects.toMatchObject({ code: "instance-not-found" });
    expect(rig.clock.bootMs() - beganMs).toBeLessThanOrEqual(30_000);
  });
});
