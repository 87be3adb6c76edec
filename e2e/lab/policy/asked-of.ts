import type { AwsCall } from "../proxy/aws-call.js";
import type { Question } from "./evaluate-policy.js";

/** What a call asks of policies, in part: all of it has to be allowed. */
export function askedOf(call: AwsCall, account: string): readonly Question[] {
  switch (call.service) {
    case "s3":
      return s3Questions(call);
    case "ec2":
      return ec2Questions(call, account);
    case "ssm":
      return ssmQuestions(call, account);
    case "secretsmanager":
      return secretQuestions(call, account);
    case "sts":
      // Everybody may ask who he is.
      return call.operation === "GetCallerIdentity" ? [] : [plain(call)];
    default:
      return [plain(call)];
  }
}

function plain({ service, operation }: AwsCall): Question {
  return { action: `${service}:${operation}`, resource: "*", context: {} };
}

/** The action that each operation needs where it is not its own name; by the service authorization reference. */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: "GetObject",
  CopyObject: "PutObject",
  UploadPart: "PutObject",
  UploadPartCopy: "PutObject",
  CreateMultipartUpload: "PutObject",
  CompleteMultipartUpload: "PutObject",
  ListParts: "ListMultipartUploadParts",
  HeadBucket: "ListBucket",
  ListObjectsV2: "ListBucket",
  ListMultipartUploads: "ListBucketMultipartUploads",
  ListBuckets: "ListAllMyBuckets",
};

function s3Questions(call: AwsCall): readonly Question[] {
  const { operation, bucket, key, url } = call;
  const arn = `arn:aws:s3:::${bucket}`;
  if (operation === "DeleteObjects") {
    const keys = [...call.body.toString("utf8").matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, one = ""]) => one);
    return keys.map((one) => ({ action: "s3:DeleteObject", resource: `${arn}/${one}`, context: {} }));
  }
  const action = `s3:${S3_ACTIONS[operation] ?? operation}`;
  if (key === "") {
    // S3's reference has that key for those who list objects, and not for those who list uploads.
    const prefix = action === "s3:ListBucket" ? url.searchParams.get("prefix") : null;
    const context: Record<string, string> = prefix === null ? {} : { "s3:prefix": prefix };
    return [{ action, resource: bucket === "" ? "*" : arn, context }];
  }
  const source = call.headers["x-amz-copy-source"];
  const from = source === undefined ? [] : [decodeURIComponent(source).replace(/^\//, "")];
  return [
    { action, resource: `${arn}/${key}`, context: {} },
    ...from.map((one) => ({ action: "s3:GetObject", resource: `arn:aws:s3:::${one}`, context: {} })),
  ];
}

/** What S3 tells of an object that is not there: the truth to those who may list the bucket as a whole. */
export function mayKnowOfAbsence({ bucket }: AwsCall): Question {
  return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}`, context: {} };
}

function ec2Questions(call: AwsCall, account: string): readonly Question[] {
  const ids = [...call.form].filter(([name]) => /^InstanceId\.\d+$/.test(name)).map(([, id]) => id);
  const isAboutInstances = ids.length > 0 && !call.operation.startsWith("Describe");
  if (!isAboutInstances) return [plain(call)];
  return ids.map((id) => ({
    action: `ec2:${call.operation}`,
    resource: `arn:aws:ec2:${call.region}:${account}:instance/${id}`,
    context: {},
  }));
}

function ssmQuestions({ operation, region, json }: AwsCall, account: string): readonly Question[] {
  const { Name, Names, Path } = json as { Name?: string; Names?: readonly string[]; Path?: string };
  const names = Names ?? (Name === undefined ? (Path === undefined ? [] : [Path]) : [Name]);
  return names.map((name) => ({
    action: `ssm:${operation}`,
    resource: `arn:aws:ssm:${region}:${account}:parameter${name.startsWith("/") ? name : `/${name}`}`,
    context: {},
  }));
}

function secretQuestions({ operation, region, json }: AwsCall, account: string): readonly Question[] {
  const { SecretId = "" } = json as { SecretId?: string };
  // Secrets Manager puts six characters of its own behind a secret's name.
  const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${SecretId}-AbCdEf`;
  const resource = SecretId.startsWith("arn:") ? SecretId : arn;
  return [{ action: `secretsmanager:${operation}`, resource, context: {} }];
}
