import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { evaluatePolicies, type Question } from "./lab/policy/evaluate-policy.js";
import { refusal } from "./lab/proxy/answer.js";
import { type PlayedInstance, playInstance } from "./played-instance.js";
import { test } from "./rig-test.js";
import { userQuestions } from "./user-questions.js";

const LONG = process.env.SPAWN_LONG === "1";
const isMissing = motoIsMissing();
const ACCOUNT = "123456789012";

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
}

interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const documented = JSON.parse(readFileSync(join(REPOSITORY, "docs/aws/user-policy.json"), "utf8")) as Policy;

/** Needed for what does not happen here. */
const NEEDED_AT_TIMES = new Set([
  // An upload that was broken off.
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
  // A role that is older than half an hour.
  "iam:ListRoleTags",
  // The emulator makes a second schedule of the same name instead of refusing it.
  "scheduler:UpdateSchedule",
]);

const actionsOf = ({ Action }: Statement): readonly string[] =>
  typeof Action === "string" ? [Action] : Action;

const allows = (policy: Policy, question: Question): boolean =>
  evaluatePolicies([JSON.stringify(policy)], question) === "allowed";

/** From now on every call is refused that the policy does not allow, as AWS would. */
function holdTo(policy: Policy, asked: Question[], denied: Question[]): void {
  aws.proxy.fault = (call) => {
    for (const question of userQuestions(call, ACCOUNT, () => true)) {
      asked.push(question);
      if (allows(policy, question)) continue;
      denied.push(question);
      const code = call.service === "ec2" ? "UnauthorizedOperation" : "AccessDenied";
      return { kind: "refuse", refusal: refusal(code, `not authorized: ${question.action}`, 403) };
    }
    return undefined;
  };
}

/** More than one part. */
const LARGE_BYTES = 20 * 2 ** 20;
const WAITING =
  'echo begun; : > "$MARKS/begun"; until [ -e "$MARKS/go" ]; do sleep 0.05; done; echo done > out.txt';

let played: PlayedInstance | undefined;
let aws: EmulatedAws;

beforeAll(async () => {
  if (!isMissing) aws = await EmulatedAws.start();
});
afterEach(async () => {
  await played?.agent.remove();
  played = undefined;
});
afterAll(() => aws?.stop());

/** One user's commands, each of which must succeed. */
class User {
  readonly #rig: CliRig;
  commands = 0;

  constructor(rig: CliRig) {
    this.#rig = rig;
    rig.write("work/data.bin", randomBytes(LARGE_BYTES));
    const job = { job_id: "a", command: WAITING, result_files: ["out.txt"] };
    rig.queue({ queue_id: "q", jobs: [{ ...job, environment: { KEY: "${KEY}", MARKS: "${MARKS}" } }] });
  }

  async spawn(...args: readonly string[]): Promise<string> {
    const MARKS = join(this.#rig.home, "marks");
    const env = { ...aws.env, SPAWN_RUNNER: runnerStandIn(this.#rig.home), KEY: "canary-value", MARKS };
    const result = await this.#rig.run(args, { env });
    this.commands += 1;
    expect(result.code, `spawn ${args.join(" ")}\n${result.stdout}${result.stderr}`).toBe(0);
    return result.stdout;
  }

  /** Returns the instance's id. */
  async launch(...args: readonly string[]): Promise<string> {
    const where = ["--instance-type", "t3.micro", "--ttl", "1h", "--workdir", "work"];
    const said = await this.spawn("launch", "--batch-queue", "queue.json", ...where, "--json", ...args);
    return (JSON.parse(said) as { instance_id: string }).instance_id;
  }

  async beginAndLook(): Promise<string> {
    await this.launch("--dry-run");
    const id = await this.launch();
    await this.spawn("list");
    expect(await this.spawn("status", id)).toMatch(/^IAM: spawn-q\S* \(policies: spawn\)$/m);
    await this.spawn("queue", "status", id);
    await this.spawn("cost");
    await this.spawn("extend", id, "1h");
    await this.spawn("gc", "--dry-run");
    return id;
  }

  async getResults(id: string): Promise<void> {
    played = await playInstance(aws.moto, aws.truth, id);
    const marks = join(this.#rig.home, "marks");
    mkdirSync(marks, { recursive: true });
    writeFileSync(join(marks, "go"), "");
    await this.spawn("queue", "status", "q", "--watch", "--refresh", "200ms");
    await this.spawn("queue", "logs", "q");
    await this.spawn("queue", "results", "q");
    expect(this.#rig.read("results/q/a/results/out.txt")).toBe("done\n");
    await this.spawn("cost", "--queue-id", "q");
    await played.over;
    await played.agent.remove();
  }

  /** With an instance that is still there, and with all that was made for it. */
  async end(): Promise<void> {
    const id = await this.launch("--overwrite");
    // One that runs would be given time to drain.
    await (await aws.truth.ec2()).stopInstances({ InstanceIds: [id] });
    await this.spawn("terminate", id, "-y");
    await this.spawn("queue", "status", "q");
    await this.spawn("gc");
  }
}

describe.skipIf(isMissing)("with the documented policy and nothing else", { timeout: 240_000 }, () => {
  const asked: Question[] = [];
  const denied: Question[] = [];

  test("a user can launch, look, get results, extend, terminate and collect garbage", async ({ rig }) => {
    holdTo(documented, asked, denied);
    const user = new User(rig);
    await user.getResults(await user.beginAndLook());
    await user.end();
    const actions = new Set(asked.map(({ action }) => action));
    console.info(`${user.commands} commands asked for ${actions.size} actions`);
    // Only what makes an estimate better is not in it.
    expect([...new Set(denied.map(({ action }) => action))].sort()).toEqual([
      "pricing:GetProducts",
      "servicequotas:GetServiceQuota",
    ]);
  });

  for (const statement of documented.Statement) {
    test(`each action of ${statement.Sid} is needed`, () => {
      for (const action of actionsOf(statement)) {
        if (NEEDED_AT_TIMES.has(action)) continue;
        const Statement = documented.Statement.flatMap((one) => {
          if (one !== statement) return [one];
          const Action = actionsOf(one).filter((other) => other !== action);
          return Action.length === 0 ? [] : [{ ...one, Action }];
        });
        const without = { ...documented, Statement };
        const missed = asked.filter((question) => allows(documented, question) && !allows(without, question));
        expect(missed, `nobody asked for ${action}`).not.toEqual([]);
      }
    });
  }

  test("others' instances are out of reach", () => {
    for (const action of ["ec2:TerminateInstances", "ec2:CreateTags"]) {
      const resource = `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-0123456789abcdef0`;
      expect(allows(documented, { action, resource, context: {} }), action).toBe(false);
      const context = { "aws:ResourceTag/spawn:managed": "true" };
      expect(allows(documented, { action, resource, context }), action).toBe(true);
    }
  });
});

describe.skipIf(isMissing)("with a statement less", { timeout: 240_000 }, () => {
  // That each action is asked for is looked at above; in the short form some of the statements are really left out.
  for (const { Sid } of documented.Statement.filter((_, at) => LONG || at % 3 === 0)) {
    test(`something fails: ${Sid}`, async ({ rig }) => {
      await aws.reset();
      const Statement = documented.Statement.filter((statement) => statement.Sid !== Sid);
      holdTo({ ...documented, Statement }, [], []);
      await expect(new User(rig).beginAndLook()).rejects.toThrow(/not authorized|AWS denies it/);
    });
  }
});
