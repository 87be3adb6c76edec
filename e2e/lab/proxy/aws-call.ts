import type { IncomingMessage } from "node:http";

/** What is streamed through unread: what is stored in S3 may be large. */
const BODIES_UNREAD = new Set(["PutObject", "UploadPart"]);

/** A call of AWS's API, as it is sent. */
export interface AwsCall {
  /** As requests are signed for it: `ec2`, `s3`, `ssm`, … */
  readonly service: string;
  readonly region: string;
  readonly accessKey: string;
  /** `RunInstances`; for S3 and Scheduler worked out from method and path. */
  readonly operation: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where it is streamed through. */
  readonly body: Buffer;
  /** Of a call whose body is a form. */
  readonly form: URLSearchParams;
  readonly json: Readonly<Record<string, unknown>>;
  /** Of S3; empty without. */
  readonly bucket: string;
  readonly key: string;
}

/** Reads a call up to where its body begins, or all of it where the body is small by its nature. */
export async function readCall(incoming: IncomingMessage): Promise<AwsCall> {
  const { method = "GET" } = incoming;
  const url = new URL(incoming.url ?? "/", "http://aws");
  const headers = flat(incoming.headers);
  const [accessKey = "", , region = "", service = ""] = scopeOf(url, headers);
  const [, bucket = "", ...path] = service === "s3" ? decodeURIComponent(url.pathname).split("/") : [];
  const key = path.join("/");
  const early = restOperation(service, method, url, bucket, key, headers);
  const body = BODIES_UNREAD.has(early) ? Buffer.alloc(0) : await readBody(incoming);
  const isForm = body.subarray(0, 64).toString("latin1").includes("Action=");
  const form = new URLSearchParams(isForm ? body.toString("utf8") : "");
  const target = headers["x-amz-target"]?.split(".").at(-1);
  const operation = form.get("Action") ?? target ?? early;
  return {
    ...{ service, region, accessKey, operation, method, url, headers, body, form, bucket, key },
    json: jsonOf(body),
  };
}

export function isUnread({ operation }: AwsCall): boolean {
  return BODIES_UNREAD.has(operation);
}

/** Access key, date, region, service: of the header, or of a presigned address. */
function scopeOf(url: URL, headers: AwsCall["headers"]): readonly string[] {
  const header = /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1];
  return (header ?? url.searchParams.get("X-Amz-Credential") ?? "").split("/");
}

function restOperation(
  service: string,
  method: string,
  url: URL,
  bucket: string,
  key: string,
  headers: AwsCall["headers"],
): string {
  if (service === "s3") return s3Operation(method, url.searchParams, bucket, key, headers);
  if (service === "scheduler") {
    const [, kind = "", name] = url.pathname.split("/");
    const noun = kind === "schedule-groups" ? "ScheduleGroup" : "Schedule";
    const verbs: Readonly<Record<string, string>> = { POST: "Create", PUT: "Update", DELETE: "Delete" };
    return method === "GET" ? (name ? `Get${noun}` : `List${noun}s`) : `${verbs[method]}${noun}`;
  }
  return `${method} ${url.pathname}`;
}

function s3Operation(
  method: string,
  query: URLSearchParams,
  bucket: string,
  key: string,
  headers: AwsCall["headers"],
): string {
  if (bucket === "") return "ListBuckets";
  if (key === "") return bucketOperation(method, query);
  const isUpload = query.has("uploadId");
  switch (method) {
    case "GET":
      return isUpload ? "ListParts" : "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      if (headers["x-amz-copy-source"] !== undefined) return isUpload ? "UploadPartCopy" : "CopyObject";
      return isUpload ? "UploadPart" : "PutObject";
    case "POST":
      return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
    default:
      return isUpload ? "AbortMultipartUpload" : "DeleteObject";
  }
}

function bucketOperation(method: string, query: URLSearchParams): string {
  if (method === "HEAD") return "HeadBucket";
  if (method === "POST") return "DeleteObjects";
  if (method === "GET") {
    if (query.has("location")) return "GetBucketLocation";
    if (query.has("uploads")) return "ListMultipartUploads";
    return "ListObjectsV2";
  }
  const [about] = [...query.keys()];
  const verb = method === "PUT" ? "Put" : "Delete";
  return about === undefined
    ? method === "PUT"
      ? "CreateBucket"
      : "DeleteBucket"
    : `${verb}Bucket ${about}`;
}

function flat(headers: IncomingMessage["headers"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function jsonOf(body: Buffer): Readonly<Record<string, unknown>> {
  if (body[0] !== "{".charCodeAt(0)) return {};
  try {
    return JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
