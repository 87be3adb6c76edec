import { describe, expect, it } from "vitest";
import { rolePolicy } from "../../../packages/aws-launcher/src/role/role-policy.js";
import { evaluatePolicies, type Question, type Verdict } from "./evaluate-policy.js";

function ask(statement: object | readonly object[], action: string, resource: string, context = {}): Verdict {
  return evaluatePolicies([JSON.stringify({ Statement: statement })], { action, resource, context });
}

const READ = { Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::b/a/*" };

describe("policies", () => {
  it("allow what they name, by wildcards, and nothing else", () => {
    expect(ask(READ, "s3:GetObject", "arn:aws:s3:::b/a/x/y")).toBe("allowed");
    expect(ask(READ, "S3:getobject", "arn:aws:s3:::b/a/x")).toBe("allowed");
    expect(ask(READ, "s3:GetObject", "arn:aws:s3:::b/ab")).toBe("not-allowed");
    expect(ask(READ, "s3:PutObject", "arn:aws:s3:::b/a/x")).toBe("not-allowed");
    expect(ask({ ...READ, Action: "s3:?etObject" }, "s3:GetObject", "arn:aws:s3:::b/a/x")).toBe("allowed");
  });

  it("deny before they allow", () => {
    const deny = { Effect: "Deny", Action: "*", Resource: "arn:aws:s3:::b/a/secret" };
    expect(ask([READ, deny], "s3:GetObject", "arn:aws:s3:::b/a/secret")).toBe("denied");
    expect(ask([deny, READ], "s3:GetObject", "arn:aws:s3:::b/a/other")).toBe("allowed");
  });

  it("say all but what they name", () => {
    const all = { Effect: "Allow", NotAction: "iam:*", NotResource: "arn:aws:s3:::b" };
    expect(ask(all, "s3:GetObject", "arn:aws:s3:::c")).toBe("allowed");
    expect(ask(all, "s3:ListBucket", "arn:aws:s3:::b")).toBe("not-allowed");
    expect(ask(all, "iam:GetRole", "arn:aws:s3:::c")).toBe("not-allowed");
  });

  it("hold under their conditions alone, and a key without a value meets none", () => {
    const end = (operator: string, value: string) => ({
      Effect: "Allow",
      Action: "ec2:TerminateInstances",
      Resource: "*",
      Condition: { [operator]: { "aws:ResourceTag/q": value } },
    });
    const asked = (operator: string, value: string, context = {}) =>
      ask(end(operator, value), "ec2:TerminateInstances", "arn:i-1", context);
    expect(asked("StringEquals", "a", { "aws:ResourceTag/q": "a" })).toBe("allowed");
    expect(asked("StringEquals", "a", { "aws:ResourceTag/q": "b" })).toBe("not-allowed");
    expect(asked("StringEquals", "a")).toBe("not-allowed");
    expect(asked("StringEqualsIfExists", "a")).toBe("allowed");
    expect(asked("StringNotEquals", "a")).toBe("allowed");
    expect(asked("StringLike", "a*", { "AWS:resourcetag/q": "abc" })).toBe("allowed");
    expect(asked("Null", "true")).toBe("allowed");
    expect(() => asked("NumericEquals", "1")).toThrow("NumericEquals");
  });

  it("fill in their variables", () => {
    const self = {
      Effect: "Allow",
      Action: "ec2:StopInstances",
      Resource: "${ec2:SourceInstanceARN}",
    };
    const context = { "ec2:SourceInstanceARN": "arn:aws:ec2:r:1:instance/i-1" };
    expect(ask(self, "ec2:StopInstances", "arn:aws:ec2:r:1:instance/i-1", context)).toBe("allowed");
    expect(ask(self, "ec2:StopInstances", "arn:aws:ec2:r:1:instance/i-2", context)).toBe("not-allowed");
  });
});

describe("the policy of a queue's role", () => {
  const facts = {
    home: { queueId: "mine", account: "1", region: "r" },
    partition: "aws",
    bucket: "b",
    prefix: "",
    templates: ["s3:FullAccess", "ssm:ReadOnly"],
    statements: [],
    secrets: [],
  };
  const may = (action: string, resource: string, context = {}): boolean =>
    evaluatePolicies([rolePolicy(facts)], { action, resource, context }) === "allowed";

  it("reaches the queue's own objects and parameters, also with templates no other queue's", () => {
    for (const queue of ["mine", "other", "mine2"]) {
      const own = queue === "mine";
      expect(may("s3:GetObject", `arn:aws:s3:::b/${queue}/status.json`), queue).toBe(own);
      expect(may("s3:PutObject", `arn:aws:s3:::b/${queue}/status.json`), queue).toBe(own);
      expect(may("s3:ListBucket", "arn:aws:s3:::b", { "s3:prefix": `${queue}/` }), queue).toBe(own);
      expect(may("ssm:GetParametersByPath", `arn:aws:ssm:r:1:parameter/spawn/${queue}/env/`), queue).toBe(
        own,
      );
    }
    for (const path of ["/", "/spawn", "/spawn/"]) {
      expect(may("ssm:GetParametersByPath", `arn:aws:ssm:r:1:parameter${path}`), path).toBe(false);
    }
    expect(may("ssm:GetParametersByPath", "arn:aws:ssm:r:1:parameter/prod/")).toBe(true);
    expect(may("s3:GetObject", "arn:aws:s3:::elsewhere/x")).toBe(true);
  });

  it("keeps to its own queue's parameters and instances whatever a policy file allows", () => {
    const statements = [{ Effect: "Allow", Action: ["ssm:*", "ec2:*"], Resource: "*" }];
    const policy = rolePolicy({ ...facts, statements });
    const read = (queue: string, context: Question["context"]) =>
      evaluatePolicies([policy], {
        ...{ action: "ssm:GetParameter", context },
        resource: `arn:aws:ssm:r:1:parameter/spawn/${queue}/env/TOKEN`,
      });
    const tagged = (queue: string) => ({ "aws:ResourceTag/spawn:queue-id": queue });
    expect(read("mine", tagged("mine"))).toBe("allowed");
    expect(read("mine", {})).toBe("allowed");
    expect(read("other", tagged("other"))).toBe("denied");
    const ask = (action: string, resource: string, queue: string) =>
      evaluatePolicies([policy], { action, resource, context: tagged(queue) });
    const parameter = "arn:aws:ssm:r:1:parameter/spawn/other/env/TOKEN";
    expect(ask("ssm:RemoveTagsFromResource", parameter, "other")).toBe("denied");
    for (const action of ["ec2:TerminateInstances", "ec2:CreateTags", "ec2:DeleteTags"]) {
      expect(ask(action, "arn:aws:ec2:r:1:instance/i-1", "other"), action).toBe("denied");
      expect(ask(action, "arn:aws:ec2:r:1:instance/i-1", "mine"), action).toBe("allowed");
    }
  });

  it("ends its own instance alone", () => {
    const arn = "arn:aws:ec2:r:1:instance/i-1";
    expect(may("ec2:TerminateInstances", arn, { "aws:ResourceTag/spawn:queue-id": "mine" })).toBe(true);
    expect(may("ec2:TerminateInstances", arn, { "aws:ResourceTag/spawn:queue-id": "other" })).toBe(false);
    expect(may("ec2:TerminateInstances", arn)).toBe(false);
    expect(may("ec2:RunInstances", "*")).toBe(false);
  });
});
