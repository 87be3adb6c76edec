import { askedOf } from "./lab/policy/asked-of.js";
import type { Question } from "./lab/policy/evaluate-policy.js";
import type { AwsCall } from "./lab/proxy/aws-call.js";

const MAKES_WITH_TAGS = new Set(["RunInstances", "CreateSecurityGroup", "ImportKeyPair"]);

/**
 * What a call of whoever launches asks of policies, by the service authorization reference: also passing roles on, and
 * tagging what is being made.
 *
 * @param isManaged whether an instance has spawn's tag
 */
export function userQuestions(
  call: AwsCall,
  account: string,
  isManaged: (instanceId: string) => boolean,
): readonly Question[] {
  switch (call.service) {
    case "iam":
      return iamQuestions(call, account);
    case "scheduler":
      return schedulerQuestions(call, account);
    case "ec2":
      return ec2Questions(call, account, isManaged);
    case "ssm":
      return ssmQuestions(call, account);
    case "s3":
      return askedOf(call, account).map(({ action, ...question }) => ({
        ...question,
        action: S3_BUCKET_ACTIONS[action] ?? action,
      }));
    default:
      return askedOf(call, account);
  }
}

const S3_BUCKET_ACTIONS: Readonly<Record<string, string>> = {
  "s3:PutBucket publicAccessBlock": "s3:PutBucketPublicAccessBlock",
  "s3:PutBucket encryption": "s3:PutEncryptionConfiguration",
  "s3:PutBucket lifecycle": "s3:PutLifecycleConfiguration",
};

function iamQuestions({ operation, form }: AwsCall, account: string): readonly Question[] {
  const [role, profile] = [form.get("RoleName"), form.get("InstanceProfileName")];
  const arn = (kind: string, name: string): string => `arn:aws:iam::${account}:${kind}/${name}`;
  const resource =
    profile !== null ? arn("instance-profile", profile) : role !== null ? arn("role", role) : "*";
  const own = { action: `iam:${operation}`, resource, context: {} };
  const tag = { CreateRole: "TagRole", CreateInstanceProfile: "TagInstanceProfile" }[operation];
  const tagging =
    tag === undefined || !form.has("Tags.member.1.Key") ? [] : [{ ...own, action: `iam:${tag}` }];
  const passing =
    operation === "AddRoleToInstanceProfile" && role !== null
      ? [passRole(arn("role", role), "ec2.amazonaws.com")]
      : [];
  return [own, ...tagging, ...passing];
}

function passRole(resource: string, service: string): Question {
  return { action: "iam:PassRole", resource, context: { "iam:PassedToService": service } };
}

function schedulerQuestions(call: AwsCall, account: string): readonly Question[] {
  const { operation, region, url, json } = call;
  const [, kind = "", name = ""] = url.pathname.split("/");
  const where = `arn:aws:scheduler:${region}:${account}`;
  const group = String(json.GroupName ?? url.searchParams.get("groupName") ?? "default");
  const resource =
    kind === "schedule-groups" ? `${where}:schedule-group/${name}` : `${where}:schedule/${group}/${name}`;
  const own = { action: `scheduler:${operation}`, resource: name === "" ? "*" : resource, context: {} };
  const tagging = json.Tags === undefined ? [] : [{ ...own, action: "scheduler:TagResource" }];
  const target = json.Target as { readonly RoleArn?: string } | undefined;
  const passing = target?.RoleArn === undefined ? [] : [passRole(target.RoleArn, "scheduler.amazonaws.com")];
  return [own, ...tagging, ...passing];
}

function ec2Questions(
  { operation, region, form }: AwsCall,
  account: string,
  isManaged: (instanceId: string) => boolean,
): readonly Question[] {
  const action = `ec2:${operation}`;
  const ids = [...form].filter(([name]) => /^(InstanceId|ResourceId)\.\d+$/.test(name)).map(([, id]) => id);
  if (!operation.startsWith("Describe") && ids.length > 0) {
    return ids.map((id) => ({
      action,
      resource: `arn:aws:ec2:${region}:${account}:instance/${id}`,
      context: isManaged(id) ? { "aws:ResourceTag/spawn:managed": "true" } : {},
    }));
  }
  const own = { action, resource: "*", context: {} };
  const isTagged = [...form.keys()].some((name) => name.startsWith("TagSpecification"));
  const tagging = { action: "ec2:CreateTags", resource: "*", context: { "ec2:CreateAction": operation } };
  const profile = form.get("IamInstanceProfile.Name");
  const role =
    profile === null ? [] : [passRole(`arn:aws:iam::${account}:role/${profile}`, "ec2.amazonaws.com")];
  return [own, ...(isTagged && MAKES_WITH_TAGS.has(operation) ? [tagging] : []), ...role];
}

function ssmQuestions(call: AwsCall, account: string): readonly Question[] {
  const questions = askedOf(call, account).map(({ resource, ...question }) => ({
    ...question,
    // Public parameters belong to no account; a folder's name ends without its slash.
    resource: resource.replace(`:${account}:parameter/aws/`, "::parameter/aws/").replace(/\/$/, ""),
  }));
  const tagging = questions.map((question) => ({ ...question, action: "ssm:AddTagsToResource" }));
  return call.operation === "PutParameter" && call.json.Tags !== undefined
    ? [...questions, ...tagging]
    : questions;
}
