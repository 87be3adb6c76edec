import { SpawnError } from "@spawn/foundation";
import type { QueueHome } from "../plan/names.js";
import { templateActions } from "./policy-templates.js";

export interface RoleFacts {
  readonly home: QueueHome;
  readonly partition: string;
  readonly bucket: string;
  /** `` or ending with a slash. */
  readonly prefix: string;
  readonly templates: readonly string[];
  readonly statements: readonly object[];
  readonly secrets: readonly string[];
}

/** Paths below which the carried variables of all queues are. */
const PATHS_ABOVE = ["", "/", "/spawn", "/spawn/"];

/** By which a parameter is read, changed or removed by its name. */
const PARAMETER_ACTIONS = [
  "ssm:GetParameter",
  "ssm:GetParameters",
  "ssm:GetParameterHistory",
  "ssm:PutParameter",
  "ssm:DeleteParameter",
  "ssm:DeleteParameters",
  // Without its tag it would be anybody's.
  "ssm:AddTagsToResource",
  "ssm:RemoveTagsFromResource",
];

/** By which an instance is ended, or given another queue's tag. */
const INSTANCE_ACTIONS = [
  "ec2:TerminateInstances",
  "ec2:StopInstances",
  "ec2:RebootInstances",
  "ec2:CreateTags",
  "ec2:DeleteTags",
];

/** Only EC2 instances can take the role on. */
export const INSTANCE_TRUST = trustOf("ec2.amazonaws.com");

export function trustOf(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

/**
 * What a queue's instance may do: its own queue's objects and parameters, the queue's secrets by name, ending itself, and
 * what the templates say. A template never reaches what spawn keeps of other queues: its statements leave out spawn's
 * results and parameters, since IAM has no way to deny all names but one. What a policy file allows reaches no other queue's
 * parameters by their names, nor their instances, which have a tag; objects of S3 have nothing of the kind.
 *
 * @throws SpawnError `bad-arguments` for an unknown template or secret.
 */
export function rolePolicy(facts: RoleFacts): string {
  const statements = [
    ...storeStatements(facts),
    ...parameterStatements(facts),
    ...endStatements(facts),
    ...facts.secrets.map((secret) => secretStatement(facts, secret)),
    ...facts.templates.map((name) => templateStatement(facts, name)),
    ...facts.statements,
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function storeStatements({ partition, bucket, prefix, home }: RoleFacts): readonly object[] {
  const arn = `arn:${partition}:s3:::${bucket}`;
  const own = `${prefix}${home.queueId}/`;
  return [
    {
      Effect: "Allow",
      Action: [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: `${arn}/${own}*`,
    },
    {
      Effect: "Allow",
      // Where S3 has no prefix for those who list uploads, an instance may not, and begins its own anew: without the condition
      // it would see the names of other queues' files.
      Action: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: arn,
      Condition: { StringLike: { "s3:prefix": [own, `${own}*`] } },
    },
  ];
}

function parameterStatements({ partition, home }: RoleFacts): readonly object[] {
  const folder = `arn:${partition}:ssm:${home.region}:${home.account}:parameter/spawn/${home.queueId}`;
  return [
    {
      Effect: "Allow",
      Action: [
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "ssm:DeleteParameter",
        "ssm:DeleteParameters",
      ],
      Resource: [`${folder}/env`, `${folder}/*`],
    },
    // Who may read a path may read all that is below it, and only the path itself is looked at: also what a policy file
    // allows must not reach other queues' parameters from above.
    {
      Effect: "Deny",
      Action: "ssm:GetParametersByPath",
      Resource: PATHS_ABOVE.map((path) => `arn:${partition}:ssm:*:*:parameter${path}`),
    },
    // Nor by name, which the tag tells: what has none is not spawn's.
    {
      Effect: "Deny",
      Action: PARAMETER_ACTIONS,
      Resource: `arn:${partition}:ssm:*:*:parameter/spawn/*`,
      Condition: ofAnotherQueue(home),
    },
  ];
}

/** Of what has no tag nothing is said. */
function ofAnotherQueue({ queueId }: QueueHome): object {
  return {
    Null: { "aws:ResourceTag/spawn:queue-id": "false" },
    StringNotEquals: { "aws:ResourceTag/spawn:queue-id": queueId },
  };
}

function endStatements({ partition, home }: RoleFacts): readonly object[] {
  return [
    {
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:StopInstances"],
      Resource: `arn:${partition}:ec2:${home.region}:${home.account}:instance/*`,
      Condition: { StringEquals: { "aws:ResourceTag/spawn:queue-id": home.queueId } },
    },
    {
      Effect: "Deny",
      Action: INSTANCE_ACTIONS,
      Resource: `arn:${partition}:ec2:*:*:instance/*`,
      Condition: ofAnotherQueue(home),
    },
  ];
}

function secretStatement({ partition, home }: RoleFacts, secret: string): object {
  const colon = secret.indexOf(":");
  const [store, id] = [secret.slice(0, colon), secret.slice(colon + 1)];
  const where = `${home.region}:${home.account}`;
  if (store === "ssm" && id.startsWith("/") && !/^\/+spawn(\/|$)/i.test(id)) {
    return {
      Effect: "Allow",
      Action: ["ssm:GetParameter", "ssm:GetParameters"],
      Resource: `arn:${partition}:ssm:${where}:parameter${id}`,
    };
  }
  if (store === "secretsmanager" && id !== "") {
    // Secrets Manager puts six characters of its own behind a secret's name.
    const resource = id.startsWith("arn:")
      ? id
      : `arn:${partition}:secretsmanager:${where}:secret:${id}-??????`;
    return { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: resource };
  }
  throw new SpawnError("bad-arguments", `${JSON.stringify(secret)} names no secret`, {
    hint: "Write ssm:/path or secretsmanager:id.",
  });
}

function templateStatement(facts: RoleFacts, name: string): object {
  const Action = templateActions(name);
  const { partition, bucket } = facts;
  if (name.startsWith("s3:")) {
    const buckets = new Set([bucket, "spawn-results-*"]);
    const NotResource = [...buckets].flatMap((one) => [
      `arn:${partition}:s3:::${one}`,
      `arn:${partition}:s3:::${one}/*`,
    ]);
    return { Effect: "Allow", Action, NotResource };
  }
  if (name.startsWith("ssm:")) {
    return {
      Effect: "Allow",
      Action,
      NotResource: ["/spawn/*", ...PATHS_ABOVE].map((path) => `arn:${partition}:ssm:*:*:parameter${path}`),
    };
  }
  return { Effect: "Allow", Action, Resource: "*" };
}
