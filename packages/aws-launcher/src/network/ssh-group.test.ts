import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sshGroupName } from "../plan/names.js";
import { ec2Error } from "../testing/faulty-handler.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGCLbFUNMKTLVVTGaAqPHjC0lF3cTE5wtFfEzmlcC9R me";

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

const launch = (from: string) => rig.launcher.launch(rig.request({ ssh: { publicKey: PUBLIC_KEY, from } }));

async function groups() {
  const { SecurityGroups = [] } = await (await rig.clients.ec2()).describeSecurityGroups({
    Filters: [{ Name: "group-name", Values: [sshGroupName("pipeline")] }],
  });
  return SecurityGroups;
}

const letsIn = async (): Promise<readonly (string | undefined)[]> =>
  (await groups()).flatMap(({ IpPermissions = [] }) =>
    IpPermissions.flatMap(({ IpRanges = [] }) => IpRanges.map(({ CidrIp }) => CidrIp)),
  );

describe("the group for ssh", () => {
  it("lets in whoever launches, and nobody from a launch before", async () => {
    const { instanceId } = await launch("203.0.113.7/32");
    expect(await letsIn()).toEqual(["203.0.113.7/32"]);
    // It ended by itself: nobody has removed its group.
    await (await rig.clients.ec2()).terminateInstances({ InstanceIds: [instanceId] });
    await launch("198.51.100.1/32");
    expect(await letsIn()).toEqual(["198.51.100.1/32"]);
  });

  it("goes with the instance, once that lets go of it", async () => {
    const { instanceId } = await launch("203.0.113.7/32");
    let asked = 0;
    rig.handler.answer = ({ operation }) =>
      operation === "DeleteSecurityGroup" && ++asked <= 3
        ? ec2Error("DependencyViolation", "resource sg-1 has a dependent object")
        : undefined;
    await rig.launcher.terminate(instanceId);
    expect(asked).toBe(4);
    expect(await groups()).toEqual([]);
  });

  it("is left to gc where the instance keeps it for long", async () => {
    const { instanceId } = await launch("203.0.113.7/32");
    rig.handler.answer = ({ operation }) =>
      operation === "DeleteSecurityGroup" ? ec2Error("DependencyViolation", "in use") : undefined;
    expect(await rig.launcher.terminate(instanceId)).toMatchObject({ state: "terminated" });
    expect(await groups()).toHaveLength(1);
  });

  it("is not left behind by a launch that fails", async () => {
    rig.handler.answer = ({ operation, body }) =>
      operation === "RunInstances" && !body.includes("DryRun")
        ? ec2Error("InsufficientInstanceCapacity", "none left", 500)
        : undefined;
    await expect(launch("203.0.113.7/32")).rejects.toMatchObject({ code: "no-capacity" });
    expect(await groups()).toEqual([]);
  });
});
