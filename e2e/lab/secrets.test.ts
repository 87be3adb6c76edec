import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const NOBODY = "65534";
const CARRIED = "canary-carried-7c1f0a52";
const SECRET = "canary-secret-9b3e44d0";
const CANARIES = [CARRIED, SECRET];
/** A job's own output is its own; on the disk below `attempts`, in the store under these names. */
const RAW = /\/(stdout|stderr)\.log$/;
let rig: LabRig;
let cli: LabCli;

beforeAll(async () => {
  if (isMissing) return;
  rig = await LabRig.start();
  cli = new LabCli(rig);
});

afterAll(async () => {
  cli?.dispose();
  await rig?.stop();
});

function holds(text: string): readonly string[] {
  const encoded = CANARIES.map((canary) => Buffer.from(canary).toString("base64").slice(0, 24));
  return [...CANARIES, ...encoded].filter((canary) => text.includes(canary));
}

/** Files below a folder that hold a canary, but for those under `except`. */
function filesHolding(folder: string, except?: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except?.test(path) && holds(readFileSync(path, "latin1")).length > 0);
}

const QUEUE = {
  queue_id: "secretive",
  environment: { TOKEN: "${API_TOKEN}" },
  jobs: [
    {
      job_id: "speak",
      command:
        'echo "token $TOKEN, db $DB"; echo "again $TOKEN" >&2; touch /tmp/spoken; until [ -e /tmp/go ]; do sleep 0.1; done; [ -n "$DB" ]',
      secrets: { DB: "ssm:/lab/db" },
    },
    {
      job_id: "fail",
      command: 'echo "failing with $TOKEN"; exit 3',
      depends_on: ["speak"],
      retry_count: 2,
      retry_delay: "100ms",
    },
  ],
};

const LOOKS = [
  ["status", "secretive"],
  ["status", "secretive", "--json"],
  ["list", "--json"],
  ["queue", "status", "secretive"],
  ["queue", "status", "secretive", "--json"],
  ["queue", "logs", "secretive", "speak"],
  ["queue", "logs", "secretive", "speak", "--json"],
  ["queue", "explain", "secretive", "speak"],
  ["queue", "explain", "secretive", "fail", "--json"],
];
const LAST_LOOKS = [
  ["queue", "logs", "secretive", "fail"],
  ["queue", "status", "secretive", "--watch"],
  ["gc", "--dry-run"],
];

/** What a command prints on both its streams, in which no canary is. */
async function says(args: readonly string[], options = {}): Promise<string> {
  const { stdout, stderr, code } = await cli.run(args, options);
  const all = `${stdout}\n${stderr}`;
  expect([0, 1], all).toContain(code);
  expect(all.trim(), args.join(" ")).not.toBe("");
  expect(holds(all), args.join(" ")).toEqual([]);
  return all;
}

describe.skipIf(isMissing)("carried variables and secrets", { timeout: 240_000 }, () => {
  it("are nowhere but in the job's environment and in its own output", async () => {
    const ssm = await rig.lab.truth.ssm();
    await ssm.putParameter({ Name: "/lab/db", Value: SECRET, Type: "SecureString" });
    const file = cli.queue(QUEUE);
    const launch = ["launch", "--instance-type", "t3.micro", "--ttl", "30m", "--on-complete", "terminate"];
    const shell = { API_TOKEN: CARRIED };
    await says([...launch, "--batch-queue", file, "--dry-run"], { env: shell });
    await says([...launch, "--batch-queue", file, "--verbose"], { env: shell });
    const [id = ""] = rig.lab.room.machines.map(({ instanceId }) => instanceId);
    await rig.untilWritten(id, "tmp/spoken");
    const machine = rig.machine(id);

    const seen = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'";
    const byRoot = await machine.run(seen);
    expect(new Set(holds(byRoot.stdout)), "the job has them").toEqual(new Set(CANARIES));
    expect(byRoot.stdout).toContain("spored");
    const byOthers = await machine.run(seen, { user: NOBODY });
    expect(byOthers.stdout, "others see processes").toContain("spored");
    expect(holds(byOthers.stdout)).toEqual([]);
    const readable = await machine.run(
      `grep -rlsF -e ${CARRIED} -e ${SECRET} /var /etc /tmp /run /home /usr/local`,
      {
        user: NOBODY,
      },
    );
    expect(readable.stdout).toBe("");
    await rig.untilStatus("secretive", "running");
    await Promise.all(LOOKS.map((args) => says(args)));
    await machine.run("touch /tmp/go");
    await rig.untilState(id, "terminated");

    expect(await rig.status("secretive")).toMatchObject({ status: "failed" });
    for (const key of await rig.keys("secretive/")) {
      const found = holds((await rig.stored(key)) ?? "");
      if (RAW.test(key) && !key.includes("/attempts/"))
        expect(found.length, key).toBeGreaterThanOrEqual(
          key.includes("speak") || key.includes("stdout") ? 1 : 0,
        );
      else if (!RAW.test(key)) expect(found, key).toEqual([]);
    }
    expect(await rig.stored("secretive/speak/merged.log")).toContain("token ***, db ***");
    expect(filesHolding(machine.writtenFolder, /\/spawn-queue\/attempts\//)).toEqual([]);
    expect(filesHolding(machine.writtenFolder).length, "the search finds what is there").toBeGreaterThan(0);
    await Promise.all([...LOOKS, ...LAST_LOOKS].map((args) => says(args)));
    expect(await says(["queue", "logs", "secretive", "speak"])).toContain("token ***, db ***");
    await says(["queue", "results", "secretive", "-o", "fetched"]);
    expect(filesHolding(join(cli.cwd, "fetched"), RAW)).toEqual([]);
    expect(filesHolding(join(cli.cwd, "fetched")).length, "the search finds what is there").toBeGreaterThan(
      0,
    );
    expect(filesHolding(cli.stateHome)).toEqual([]);
    expect(filesHolding(cli.home)).toEqual([]);
    expect(holds(await accountOf(id))).toEqual([]);
  });
});

/** All that AWS tells of the instance and of what was made for it, but for the values of parameters. */
async function accountOf(id: string): Promise<string> {
  const { truth } = rig.lab;
  const [ec2, iam, ssm, scheduler] = await Promise.all([
    truth.ec2(),
    truth.iam(),
    truth.ssm(),
    truth.scheduler(),
  ]);
  const attribute = { InstanceId: id, Attribute: "userData" } as const;
  const { UserData } = await ec2.describeInstanceAttribute(attribute);
  const { Roles = [] } = await iam.listRoles({});
  const roles = Roles.map(async ({ RoleName = "" }) => {
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
    const policies = PolicyNames.map((PolicyName) => iam.getRolePolicy({ RoleName, PolicyName }));
    return [await iam.getRole({ RoleName }), ...(await Promise.all(policies))];
  });
  const told = [
    Buffer.from(UserData?.Value ?? "", "base64").toString("utf8"),
    await ec2.describeInstances({}),
    await ec2.describeTags({}),
    await ec2.describeSecurityGroups({}),
    ...(await Promise.all(roles)),
    await ssm.describeParameters({}),
    await scheduler.listSchedules({}),
  ];
  const text = told.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join("\n");
  expect(text).toContain("/etc/spawn/agent.json");
  return text;
}
