import { SpawnError } from "@spawn/foundation";

/** What a job may be given beside its own queue's data, by the names of `--iam-policy`. */
export const POLICY_TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  "s3:FullAccess": ["s3:*"],
  "s3:ReadOnly": ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:GetBucketLocation"],
  "s3:WriteOnly": ["s3:PutObject", "s3:DeleteObject"],
  "dynamodb:FullAccess": ["dynamodb:*"],
  "dynamodb:ReadOnly": [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:DescribeTable",
  ],
  "dynamodb:WriteOnly": [
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
  ],
  "sqs:FullAccess": ["sqs:*"],
  "sqs:ReadOnly": ["sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues"],
  "sqs:WriteOnly": ["sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
  "logs:WriteOnly": [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogStreams",
  ],
  "ecr:ReadOnly": [
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
  ],
  "secretsmanager:ReadOnly": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
  "ssm:ReadOnly": ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
};

/** @throws SpawnError `bad-arguments`, naming all there are. */
export function templateActions(name: string): readonly string[] {
  const actions = Object.hasOwn(POLICY_TEMPLATES, name) ? POLICY_TEMPLATES[name] : undefined;
  if (actions !== undefined) return actions;
  throw new SpawnError("bad-arguments", `there is no policy ${JSON.stringify(name)} for --iam-policy`, {
    hint: `There are: ${Object.keys(POLICY_TEMPLATES).join(", ")}.`,
  });
}

/**
 * The statements of `--iam-policy source`: a policy document's, as AWS writes them.
 *
 * @throws SpawnError `bad-arguments`.
 */
export function policyStatements(text: string, source: string): readonly object[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw notAPolicy(source, error instanceof Error ? error.message : String(error));
  }
  const statements =
    typeof document === "object" && document !== null ? Reflect.get(document, "Statement") : undefined;
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  const objects = list.filter((entry): entry is object => typeof entry === "object" && entry !== null);
  if (objects.length === 0 || objects.length < list.length) {
    throw notAPolicy(source, 'it has no list "Statement"');
  }
  return objects;
}

function notAPolicy(source: string, problem: string): SpawnError {
  return new SpawnError("bad-arguments", `${source} is no IAM policy: ${problem}`, {
    hint: 'It looks so: {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "…", "Resource": "…"}]}',
  });
}
