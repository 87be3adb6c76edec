import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ec2Error, type SentCall } from "../testing/faulty-handler.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { Rig } from "../testing/rig.js";

const HOUR = 3_600_000;
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
  rig.handler.answer = threeRegions;
});

afterEach(() => rig.close());

/** As an account would answer that has three regions. */
const threeRegions = ({ operation }: SentCall) =>
  operation === "DescribeRegions"
    ? {
        status: 200,
        body: `<DescribeRegionsResponse><regionInfo>${["us-east-1", "eu-west-1", "sa-east-1"]
          .map((name) => `<item><regionName>${name}</regionName></item>`)
          .join("")}</regionInfo></DescribeRegionsResponse>`,
      }
    : undefined;

const ssh = { publicKey: PUBLIC_KEY, from: "203.0.113.7/32" };

describe("gc", { timeout: 120_000 }, () => {
  it("leaves alone what is not past its deadline, and all that belongs to it", async () => {
    await rig.launcher.launch(rig.request({ carried: { TOKEN: "v" }, ssh }));
    rig.clock.advance(HOUR / 2 + 6 * 60_000);
    const report = await rig.launcher.gc({ dryRun: false });
    expect(report).toMatchObject({ found: [], removed: [], failed: [], notLookedAt: [] });
    expect(await rig.launcher.list()).toMatchObject([{ state: "running" }]);
  });

  it("ends what is past its deadline, and in the end removes all that was made for it", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request({ carried: { TOKEN: "v" }, ssh }));
    rig.clock.advance(2 * HOUR);
    const looked = await rig.launcher.gc({ dryRun: true });
    expect(looked.found.map(({ kind }) => kind).sort()).toEqual(["instance", "parameters", "role"]);
    expect(await rig.launcher.list()).toMatchObject([{ state: "running" }]);
    const report = await rig.launcher.gc({ dryRun: false });
    expect(report.removed).toContainEqual(expect.objectContaining({ kind: "instance", id: instanceId }));
    const later = await rig.launcher.gc({ dryRun: false });
    expect(later.removed.map(({ kind }) => kind).sort()).toEqual(["key-pair", "security-group"]);
    expect(await rig.launcher.gc({ dryRun: false })).toMatchObject({ found: [], notLookedAt: [] });
  });

  it("removes what an instance left that ended by itself, with nobody there", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request({ carried: { TOKEN: "v" } }));
    await (await rig.clients.ec2()).terminateInstances({ InstanceIds: [instanceId] });
    rig.clock.advance(HOUR);
    const { removed } = await rig.launcher.gc({ dryRun: false });
    expect(removed.map(({ kind }) => kind).sort()).toEqual(["parameters", "role", "schedule"]);
  });

  it("looks in every region, and says where it could not", async () => {
    rig.handler.answer = (call) =>
      call.operation === "DescribeInstances" && call.signature.includes("eu-west-1")
        ? ec2Error("UnauthorizedOperation", "not you", 403)
        : threeRegions(call);
    const report = await rig.launcher.gc({ dryRun: true });
    const asked = rig.handler.calls.filter(({ operation }) => operation === "DescribeInstances");
    expect(asked).toHaveLength(3);
    expect(report.notLookedAt).toEqual([{ place: "eu-west-1", reason: expect.stringContaining("not you") }]);
  });

  it("ends what is past its deadline also where variables and keys cannot be looked at", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request());
    rig.clock.advance(2 * HOUR);
    rig.handler.answer = (call) =>
      /^(GetParametersByPath|DescribeKeyPairs)$/.test(call.operation)
        ? ec2Error("UnauthorizedOperation", "not you", 403)
        : threeRegions(call);
    const { removed, notLookedAt } = await rig.launcher.gc({ dryRun: false });
    expect(removed).toContainEqual(expect.objectContaining({ kind: "instance", id: instanceId }));
    expect(notLookedAt.map(({ place }) => place)).toContain("carried variables in eu-west-1");
    expect(notLookedAt).toHaveLength(6);
  });

  it("says what it leaves alone because it is young", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request());
    await (await rig.clients.ec2()).terminateInstances({ InstanceIds: [instanceId] });
    const { found, young } = await rig.launcher.gc({ dryRun: true });
    expect(found).toEqual([]);
    expect(young.map(({ kind }) => kind).sort()).toEqual(["role", "schedule"]);
  });

  it("does not take an unreadable deadline for none", async () => {
    const { instanceId } = await rig.launcher.launch(rig.request());
    const Tags = [{ Key: "spawn:ttl-expires-at", Value: "soon" }];
    await (await rig.clients.ec2()).createTags({ Resources: [instanceId], Tags });
    const report = await rig.launcher.gc({ dryRun: true });
    expect(report.warnings).toEqual([expect.stringContaining(`${instanceId} in us-east-1`)]);
    await expect(rig.launcher.extend(instanceId, HOUR)).rejects.toMatchObject({ code: "aws-failed" });
  });
});
