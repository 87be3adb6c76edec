import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";
import type { Credentials } from "./lab.js";
import { BUCKET, LabRig } from "./lab-rig.js";
import type { Machine } from "./machine.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

function waiting(queue_id: string) {
  const command = "touch /tmp/waiting; until [ -e /tmp/go ]; do sleep 0.1; done; echo done >done.txt";
  return { queue_id, jobs: [{ job_id: "wait", command, result_files: ["done.txt"] }] };
}

/** What a job finds when it asks the metadata service, as any job may. */
async function credentialsOn(machine: Machine): Promise<Credentials> {
  const ask = `imds=http://169.254.169.254/latest
token=$(curl -fsS -X PUT -H 'x-aws-ec2-metadata-token-ttl-seconds: 60' $imds/api/token)
get() { curl -fsS -H "x-aws-ec2-metadata-token: $token" $imds/meta-data/iam/security-credentials/$1; }
get "$(get)"`;
  const found = JSON.parse(await machine.output(ask)) as Readonly<Record<string, string>>;
  const { AccessKeyId = "", SecretAccessKey = "", Token = "" } = found;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

async function nameOfFailure(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "allowed",
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

/** Given the account's other parameters, by a template and by a policy file that means the whole tree. */
const ALSO_READS_PARAMETERS = {
  kind: "made",
  templates: ["ssm:ReadOnly"],
  statements: [
    { Effect: "Allow", Action: "ssm:GetParametersByPath", Resource: "arn:aws:ssm:*:*:parameter/" },
  ],
  secrets: [],
} as const;

const OWN_ALONE = {
  own: ["allowed", "allowed"],
  other: ["AccessDenied", "AccessDenied"],
  runner: ["AccessDenied", "AccessDenied"],
};

/** Reads and writes objects: the queue's own, another's, the runner that all instances run. */
async function triedOn(clients: AwsClients) {
  const s3 = await clients.s3();
  const both = async (Key: string, newKey: string) => [
    await nameOfFailure(s3.getObject({ Bucket: BUCKET, Key })),
    await nameOfFailure(s3.putObject({ Bucket: BUCKET, Key: newKey, Body: "x" })),
  ];
  return {
    own: await both("mine/queue.json", "mine/own.txt"),
    other: await both("other/queue.json", "other/queue.json"),
    runner: await both(".spawn/runner/x", ".spawn/runner/x"),
  };
}

describe.skipIf(isMissing)("an instance's role", { timeout: 240_000 }, () => {
  it("reaches nothing of another queue, and does all that its own needs, by the policies' conditions and by moto's IAM", async () => {
    const [mine, other] = await Promise.all([
      rig.launch(waiting("mine"), { carried: { OWN: "own-value" }, role: ALSO_READS_PARAMETERS }),
      rig.launch(waiting("other"), { carried: { KEY: "others-value" } }),
    ]);
    await Promise.all([mine, other].map((id) => rig.untilWritten(id, "tmp/waiting")));
    await rig.until("both have a state", async () => (await rig.keys("other/status.json")).length > 0);
    const credentials = await credentialsOn(rig.machine(mine));
    const job = rig.lab.clientsAs(credentials);
    const [s3, ssm, ec2, iam] = await Promise.all([job.s3(), job.ssm(), job.ec2(), job.iam()]);
    const list = (Prefix: string) => nameOfFailure(s3.listObjectsV2({ Bucket: BUCKET, Prefix }));
    const read = (Path: string) => nameOfFailure(ssm.getParametersByPath({ Path, WithDecryption: true }));
    expect(await triedOn(job), "by the proxy").toEqual(OWN_ALONE);
    expect({ own: await list("mine/"), other: await list("other/"), all: await list("") }).toEqual({
      own: "allowed",
      other: "AccessDenied",
      all: "AccessDenied",
    });
    expect({
      own: await read("/spawn/mine/env/"),
      other: await read("/spawn/other/env/"),
      all: await read("/spawn/"),
      spawn: await read("/spawn"),
      root: await read("/"),
    }).toEqual({
      own: "allowed",
      other: "AccessDeniedException",
      all: "AccessDeniedException",
      spawn: "AccessDeniedException",
      root: "AccessDeniedException",
    });
    expect(await nameOfFailure(ssm.getParameter({ Name: "/spawn/other/env/KEY" }))).toBe(
      "AccessDeniedException",
    );
    expect(await nameOfFailure(ec2.terminateInstances({ InstanceIds: [other] }))).toBe(
      "UnauthorizedOperation",
    );
    expect(await nameOfFailure(ec2.stopInstances({ InstanceIds: [mine, other] }))).toBe(
      "UnauthorizedOperation",
    );
    expect(await nameOfFailure(ec2.runInstances({ MinCount: 1, MaxCount: 1, ImageId: "ami-12345678" }))).toBe(
      "UnauthorizedOperation",
    );
    const tags = [{ Key: "spawn:queue-id", Value: "mine" }];
    expect(await nameOfFailure(ec2.createTags({ Resources: [other], Tags: tags }))).toBe(
      "UnauthorizedOperation",
    );
    expect(await nameOfFailure(iam.listRoles({}))).not.toBe("allowed");
    expect([await rig.state(mine), await rig.state(other)]).toEqual(["running", "running"]);

    const past = rig.lab.clientsAs(credentials, "past the proxy");
    await rig.lab.enforceIam(true);
    try {
      expect(await triedOn(past), "by moto").toEqual(OWN_ALONE);
    } finally {
      await rig.lab.enforceIam(false);
      await past.close();
    }

    rig.lab.guard.denials.length = 0;
    for (const id of [mine, other]) await rig.machine(id).run("touch /tmp/go");
    for (const id of [mine, other]) await rig.untilState(id, "terminated");
    for (const queue of ["mine", "other"]) {
      expect(await rig.status(queue)).toMatchObject({ status: "completed" });
      expect(await rig.stored(`${queue}/wait/results/done.txt`)).toBe("done\n");
    }
    expect(rig.lab.guard.denials).toEqual([]);
    expect(await rig.parameters()).toEqual([]);
    await job.close();
  });
});
