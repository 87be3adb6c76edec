import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Ec2LaunchRequest } from "../request.js";
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
});
afterEach(() => rig.close());

const plan = (more: Partial<Ec2LaunchRequest>) => rig.launcher.plan(rig.request(more));
const made = { kind: "made", templates: [], statements: [], secrets: [] } as const;

it("a secret that is not there is found before anything is made, and none is read", async () => {
  const ssm = await rig.clients.ssm();
  await ssm.putParameter({ Name: "/ml/token", Value: "canary", Type: "SecureString" });
  const secretsManager = await rig.clients.secretsManager();
  await secretsManager.createSecret({ Name: "wandb", SecretString: "canary" });
  rig.handler.calls.length = 0;
  const there = ["ssm:/ml/token", "secretsmanager:wandb"];
  await expect(plan({ role: { ...made, secrets: there } })).resolves.toBeDefined();
  const missing = ["ssm:/ml/tokne", "secretsmanager:wandbee"];
  const refused = plan({ role: { ...made, secrets: [...there, ...missing] } });
  await expect(refused).rejects.toMatchObject({
    code: "bad-arguments",
    message: expect.stringMatching(
      /no secret ssm:\/ml\/tokne in us-east-1[\s\S]*no secret secretsmanager:wandbee in us-east-1/,
    ),
  });
  const reads = rig.handler.calls.filter(
    ({ operation, body }) => /^Get(Parameters?|SecretValue)$/.test(operation) && /token|wandb/.test(body),
  );
  expect(reads).toEqual([]);
});

it("a secret that may not be looked up, or is encrypted by the user's own key, is noted", async () => {
  const ssm = await rig.clients.ssm();
  await ssm.putParameter({ Name: "/own", Value: "canary", Type: "SecureString", KeyId: "alias/own-key" });
  rig.handler.answer = ({ operation }) =>
    operation === "DescribeSecret" ? { status: 400, body: "AccessDeniedException" } : undefined;
  const { notes } = await plan({ role: { ...made, secrets: ["secretsmanager:wandb", "ssm:/own"] } });
  expect(notes).toContainEqual(
    expect.stringContaining("whether there is a secret secretsmanager:wandb could not be checked"),
  );
  expect(notes).toContainEqual(
    expect.stringMatching(/^ssm:\/own is encrypted by .*alias\/own-key.*kms:Decrypt/),
  );
});

it("an instance profile has to be there, and to have a role", async () => {
  const role = { kind: "existing", profile: "jobs" } as const;
  await expect(plan({ role })).rejects.toThrow("there is no instance profile jobs: --iam-role takes");
  const iam = await rig.clients.iam();
  await iam.createInstanceProfile({ InstanceProfileName: "jobs" });
  await expect(plan({ role })).rejects.toThrow("the instance profile jobs has no role");
  await iam.createRole({ RoleName: "jobs", AssumeRolePolicyDocument: "{}" });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: "jobs", RoleName: "jobs" });
  await expect(plan({ role })).resolves.toBeDefined();
  rig.handler.answer = ({ operation }) =>
    operation === "GetInstanceProfile" ? ec2Error("AccessDenied", "not you", 403) : undefined;
  const { notes } = await plan({ role });
  expect(notes).toContainEqual(expect.stringContaining("instance profile jobs could not be checked"));
});

it("a policy that IAM would not take is refused with its length", async () => {
  const statements = Array.from({ length: 100 }, (_, index) => ({
    ...{ Effect: "Allow", Action: "s3:GetObject" },
    Resource: `arn:aws:s3:::${"b".repeat(60)}${index}/*`,
  }));
  const refused = plan({ role: { ...made, statements } });
  await expect(refused).rejects.toThrow(
    /policy of the instance's role has \d{5} characters, and IAM takes 10240/,
  );
});

it("takes tags of whoever launches for spawn", async () => {
  await expect(plan({ tags: { "spawn:job": "1-0123456789/1", team: "ml" } })).resolves.toBeDefined();
});

it.each([
  [{ Name: "x" }, "is the instance's name: give it with --name"],
  [{ "spawn:queue-id": "x" }, "is one of spawn's own"],
  [{ "AWS:x": "x" }, "is one of AWS's own"],
  [{ long: "v".repeat(257) }, "has a value of 257 characters: EC2 takes 256"],
  [{ ["k".repeat(129)]: "v" }, "has a key of 129 characters"],
  [Object.fromEntries(Array.from({ length: 36 }, (_, index) => [`k${index}`, "v"])), "there are 36 tags"],
])("tags that would not be as they were given are refused: %j", async (tags, words) => {
  await expect(plan({ tags })).rejects.toThrow(words);
});
