import { describe, expect, it } from "vitest";
import { POLICY_TEMPLATES, policyStatements } from "./policy-templates.js";
import { type RoleFacts, rolePolicy } from "./role-policy.js";

const facts: RoleFacts = {
  home: { queueId: "q", account: "123456789012", region: "us-east-1" },
  partition: "aws",
  bucket: "spawn-results-us-east-1",
  prefix: "team/",
  templates: [],
  statements: [],
  secrets: [],
};

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: object;
}

const statementsOf = (more: Partial<RoleFacts>): readonly Statement[] =>
  (JSON.parse(rolePolicy({ ...facts, ...more })) as { Statement: Statement[] }).Statement;

describe("a queue's role", () => {
  it("reaches its own queue by name, and nothing by a wildcard before it", () => {
    for (const { Effect, Resource = [], Condition } of statementsOf({})) {
      if (Effect === "Deny") continue;
      const resources = [Resource].flat();
      const scoped =
        resources.every((arn) => /\/q(\/|$)/.test(arn)) || JSON.stringify(Condition ?? "").includes("q");
      expect(scoped, JSON.stringify(resources)).toBe(true);
    }
  });

  it("ends instances of its own queue only", () => {
    const end = statementsOf({}).find(({ Action }) => Action.includes("ec2:TerminateInstances"));
    expect(end?.Condition).toEqual({ StringEquals: { "aws:ResourceTag/spawn:queue-id": "q" } });
  });

  it("reads exactly the secrets that are named", () => {
    const more = statementsOf({ secrets: ["ssm:/prod/db", "secretsmanager:prod/api"] }).slice(-2);
    expect(more.map(({ Resource }) => Resource)).toEqual([
      "arn:aws:ssm:us-east-1:123456789012:parameter/prod/db",
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/api-??????",
    ]);
    expect(() => rolePolicy({ ...facts, secrets: ["vault:x"] })).toThrow("names no secret");
  });

  it.each([
    "ssm:/spawn/other/env/TOKEN",
    "ssm:/spawn",
    "ssm://spawn/other/env/TOKEN",
    "ssm:/Spawn/other/env/T",
  ])("does not reach what is carried for another queue as a secret: %s", (secret) =>
    expect(() => rolePolicy({ ...facts, secrets: [secret] })).toThrow("names no secret"),
  );

  it("denies another queue's parameters by their tag, whatever a policy file allows; not its own, nor those without", () => {
    const deny = statementsOf({}).find(
      ({ Effect, Condition }) => Effect === "Deny" && Condition !== undefined,
    );
    expect(deny).toMatchObject({
      Action: expect.arrayContaining(["ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter"]),
      Resource: "arn:aws:ssm:*:*:parameter/spawn/*",
      Condition: {
        Null: { "aws:ResourceTag/spawn:queue-id": "false" },
        StringNotEquals: { "aws:ResourceTag/spawn:queue-id": "q" },
      },
    });
  });

  it.each(["s3:FullAccess", "s3:ReadOnly", "s3:WriteOnly", "ssm:ReadOnly"])(
    "leaves spawn's own data out of %s",
    (name) => {
      const statement = statementsOf({ templates: [name] }).at(-1);
      expect(statement?.Resource).toBeUndefined();
      expect(statement?.NotResource?.join(" ")).toMatch(/spawn-results-us-east-1\/\*|parameter\/spawn\/\*/);
    },
  );

  it("has the thirteen templates, and names them where another is asked for", () => {
    expect(Object.keys(POLICY_TEMPLATES)).toHaveLength(13);
    for (const name of Object.keys(POLICY_TEMPLATES))
      expect(statementsOf({ templates: [name] })).toHaveLength(8);
    expect(() => statementsOf({ templates: ["s3:readonly"] })).toThrow('no policy "s3:readonly"');
    expect(() => statementsOf({ templates: ["toString"] })).toThrow('no policy "toString"');
  });

  it("takes a policy document's statements, and says what is none", () => {
    const one = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    expect(policyStatements(JSON.stringify({ Statement: one }), "p.json")).toEqual([one]);
    expect(() => policyStatements("{", "p.json")).toThrow("p.json is no IAM policy");
    expect(() => policyStatements("{}", "p.json")).toThrow('no list "Statement"');
  });
});
