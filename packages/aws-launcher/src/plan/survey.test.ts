import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
});

afterEach(() => rig.close());

const device = (name: string, ebs: string): string => `<item><deviceName>${name}</deviceName>${ebs}</item>`;
const volume = (keep: string): string =>
  `<ebs><snapshotId>snap-1</snapshotId><volumeSize>9</volumeSize>${keep}</ebs>`;

describe("an image with more volumes than its root", () => {
  it("leaves none of them behind", async () => {
    const devices = [
      device("/dev/sda1", volume("")),
      device("/dev/sdb", volume("<deleteOnTermination>false</deleteOnTermination>")),
      device("/dev/sdc", "<virtualName>ephemeral0</virtualName>"),
    ];
    rig.handler.answer = ({ operation }) =>
      operation === "DescribeImages"
        ? {
            status: 200,
            body: `<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId><architecture>x86_64</architecture><rootDeviceName>/dev/sda1</rootDeviceName><blockDeviceMapping>${devices.join("")}</blockDeviceMapping></item></imagesSet></DescribeImagesResponse>`,
          }
        : undefined;
    const { plan } = await rig.launcher.plan(rig.request({ ami: "ami-1" }));
    expect(plan.rungs[0]).toMatchObject({ rootDevice: "/dev/sda1", moreDevices: ["/dev/sdb"] });
  });
});
