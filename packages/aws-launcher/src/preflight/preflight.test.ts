import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AwsClients } from "../aws/aws-clients.js";
import { Ec2Launcher } from "../ec2-launcher.js";
import { ec2Error } from "../testing/faulty-handler.js";
import { HurriedClock } from "../testing/hurried-clock.js";
import { type Moto, startMoto } from "../testing/moto.js";
import { REGION, Rig } from "../testing/rig.js";

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

const READS = /^(Describe|Get|List)/;

/** The calls that make or change something. */
const made = (): readonly string[] =>
  rig.handler.calls
    .filter(({ operation, body }) => !READS.test(operation) && !body.includes("DryRun=true"))
    .map(({ operation }) => operation)
    .filter((operation) => !operation.startsWith("PUT /spawn-results-test"));

describe("the preflight", () => {
  it("finds nothing wrong with a plain request, and says which quota it could not see", async () => {
    const { plan, notes } = await rig.launcher.plan(rig.request());
    expect(plan.rungs.length).toBeGreaterThan(1);
    expect(notes).toEqual([expect.stringContaining("could not be checked")]);
    expect(made()).toEqual([]);
  });

  it("reports all problems at once, and has made nothing", async () => {
    const launch = rig.launcher.launch(
      rig.request({
        instanceTypes: ["t3.micro", "x9.huge"],
        ttlMs: 5,
        volumeSizeGiB: 1,
        carried: { EMPTY: "", LONG: "canary".repeat(2000), NESTED: "canary {{ canary }}" },
        role: { kind: "made", templates: ["s3:Everything"], statements: [], secrets: [] },
        ssh: { publicKey: "not a key", from: "0.0.0.0/0" },
      }),
    );
    const error = await launch.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: "bad-arguments" });
    for (const words of [
      "EMPTY is empty",
      "LONG is 12000 bytes",
      "NESTED has {{…}} in it",
      "time to live",
      's3:Everything"',
      "no public ssh key",
      "no instance type x9.huge",
      "needs a volume of",
    ]) {
      expect(error?.message).toContain(words);
    }
    expect(error?.message).not.toContain("canary");
    expect(made()).toEqual([]);
  });

  it("says what is wrong with an image of another architecture", async () => {
    const { plan } = await rig.launcher.plan(rig.request({ instanceTypes: ["t4g.micro"] }));
    const ami = plan.rungs[0]?.imageId ?? "";
    const wrong = rig.launcher.plan(rig.request({ ami }));
    await expect(wrong).rejects.toThrow(`t3.micro is x86_64, and the image ${ami} is for arm64`);
    await expect(rig.launcher.plan(rig.request({ ami: "ami-00000000" }))).rejects.toThrow(
      "no image ami-00000000",
    );
  });

  it("asks for an image with a driver where there is a GPU", async () => {
    await expect(rig.launcher.plan(rig.request({ instanceTypes: ["g5.xlarge"] }))).rejects.toThrow(
      /SSM does not know \/aws\/service\/deeplearning\/.*--ami/,
    );
  });

  it("takes no image with NVIDIA's driver for another maker's GPU", async () => {
    const wrong = rig.launcher.plan(rig.request({ instanceTypes: ["g4ad.xlarge"] }));
    await expect(wrong).rejects.toThrow("g4ad.xlarge has GPUs of AMD, and the image that spawn takes");
    const { plan } = await rig.launcher.plan(rig.request());
    const ami = plan.rungs[0]?.imageId ?? "";
    await expect(
      rig.launcher.plan(rig.request({ instanceTypes: ["g4ad.xlarge"], ami })),
    ).resolves.toBeDefined();
  });

  it("refuses to stop a spot instance at its end, which EC2 would not do", async () => {
    const request = rig.request({ market: { kind: "spot", orOnDemand: false }, onComplete: "stop" });
    await expect(rig.launcher.plan(request)).rejects.toThrow("EC2 does not stop a spot instance");
  });

  it("says what is wrong with the place", async () => {
    const nowhere = rig.launcher.plan(rig.request({ subnetId: "subnet-00000000" }));
    await expect(nowhere).rejects.toThrow("no subnet subnet-00000000");
  });

  it("warns of a subnet without public addresses, and refuses one without free ones", async () => {
    const ec2 = await rig.clients.ec2();
    const { Subnets = [] } = await ec2.describeSubnets({});
    const SubnetId = Subnets[0]?.SubnetId ?? "";
    await ec2.modifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: false } });
    const { notes } = await rig.launcher.plan(rig.request({ subnetId: SubnetId }));
    expect(notes).toContainEqual(
      expect.stringMatching(new RegExp(`^${SubnetId} \\(\\S+\\) gives no public address: without a NAT`)),
    );
    rig.handler.answer = ({ operation }) =>
      operation === "DescribeSubnets"
        ? {
            status: 200,
            body: `<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>us-east-1a</availabilityZone><availableIpAddressCount>0</availableIpAddressCount></item></subnetSet></DescribeSubnetsResponse>`,
          }
        : undefined;
    await expect(rig.launcher.plan(rig.request())).rejects.toMatchObject({
      code: "no-capacity",
      message: expect.stringContaining("no address is left in subnet-1 (us-east-1a)"),
    });
  });

  it.each([
    ["ahead of", 20 * 60_000],
    ["behind", -20 * 60_000],
  ])("refuses a clock that is %s AWS's, as the clock's fault", async (words, ms) => {
    const clock = new HurriedClock(Date.now() + ms);
    const launcher = new Ec2Launcher({ ...rig.parts, clock });
    const launch = launcher.launch(rig.request());
    await expect(launch).rejects.toMatchObject({
      code: "aws-failed",
      message: expect.stringMatching(
        new RegExp(`this machine's clock is (19|20)m.* ${words} AWS's: .*timedatectl`),
      ),
    });
    expect(made()).toEqual([]);
  });

  it("warns of a clock that is off by minutes", async () => {
    rig.clock.advance(3 * 60_000);
    const { notes } = await rig.launcher.plan(rig.request());
    expect(notes).toContainEqual(expect.stringMatching(/^this machine's clock is \S+.* ahead of AWS's: the/));
  });

  it("refuses more jobs to run again than an instance can be told", async () => {
    const rerun = Array.from({ length: 100 }, (_, number) => `${"j".repeat(100)}${number}`);
    const plan = rig.launcher.plan(rig.request({ fromStore: { rerun, trustCompleted: false } }));
    await expect(plan).rejects.toThrow(/names of the 100 jobs to run again take \d+ bytes.*--rerun/);
  });

  it("says which runner is missing", async () => {
    const launcher = new Ec2Launcher({ ...rig.parts, runners: {} });
    await expect(launcher.plan(rig.request())).rejects.toMatchObject({ code: "runner-not-found" });
  });

  /** As an account would answer whose quota for a family is 0 vCPUs. */
  const withoutQuota = (codes: RegExp) => {
    rig.handler.answer = ({ operation, body }) =>
      operation === "GetServiceQuota"
        ? { status: 200, body: JSON.stringify({ Quota: { Value: codes.test(body) ? 0 : 64 } }) }
        : undefined;
  };
  const [G, STANDARD_ON_DEMAND] = [/L-DB2E81BA/, /L-1216C47A/];

  it("leaves out what a quota refuses, and says so", async () => {
    withoutQuota(G);
    const { plan: some } = await rig.launcher.plan(rig.request());
    const ami = some.rungs[0]?.imageId ?? "";
    const instanceTypes = ["g4dn.xlarge", "t3.micro"];
    const { plan, notes } = await rig.launcher.plan(rig.request({ ami, instanceTypes }));
    expect(new Set(plan.rungs.map(({ instanceType }) => instanceType))).toEqual(new Set(["t3.micro"]));
    expect(notes).toEqual([
      expect.stringMatching(/^g4dn\.xlarge \(on-demand\) is not tried: the quota .* is 0 vCPUs.*L-DB2E81BA/),
    ]);
  });

  it("refuses where quotas leave nothing", async () => {
    withoutQuota(STANDARD_ON_DEMAND);
    await expect(rig.launcher.plan(rig.request())).rejects.toMatchObject({ code: "quota-exceeded" });
    const market = { kind: "spot", orOnDemand: true } as const;
    const { plan } = await rig.launcher.plan(rig.request({ market }));
    expect(new Set(plan.rungs.map((rung) => rung.market))).toEqual(new Set(["spot"]));
  });

  it("asks for permission before anything is made", async () => {
    rig.handler.answer = ({ operation }) =>
      operation === "RunInstances"
        ? ec2Error("UnauthorizedOperation", "You are not authorized", 403)
        : undefined;
    const launch = rig.launcher.launch(rig.request());
    await expect(launch).rejects.toMatchObject({ code: "permission-denied" });
    expect(made()).toEqual([]);
  });

  it.each([
    ["none", new Error("Could not load credentials from any providers"), "CredentialsProviderError"],
    ["expired ones", new Error("The security token included in the request is expired"), "ExpiredToken"],
  ])("says so of credentials: %s", async (_what, error, name) => {
    const clients = new AwsClients({
      region: REGION,
      endpoint: moto.endpoint,
      credentials: async () => {
        throw Object.assign(error, { name });
      },
    });
    const launcher = new Ec2Launcher({ ...rig.parts, clients });
    await expect(launcher.launch(rig.request())).rejects.toMatchObject({ code: "permission-denied" });
    await clients.close();
  });

  it("says so where nothing answers, within ten seconds", async () => {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const clients = new AwsClients({ region: REGION, endpoint: "http://127.0.0.1:1", credentials });
    const launcher = new Ec2Launcher({ ...rig.parts, clients });
    const begun = performance.now();
    await expect(launcher.launch(rig.request())).rejects.toMatchObject({ code: "aws-failed" });
    expect(performance.now() - begun).toBeLessThan(10_000);
    await clients.close();
  });
});
