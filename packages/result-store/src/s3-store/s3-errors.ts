import { SpawnError } from "@spawn/foundation";

/** What AWS calls a failure, and its HTTP status, as far as either is known. */
export interface AwsFailure {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
}

export function awsFailureOf(error: unknown): AwsFailure {
  if (typeof error !== "object" || error === null)
    return { name: "", status: undefined, message: String(error) };
  const name = Reflect.get(error, "Code") ?? Reflect.get(error, "name");
  const metadata: unknown = Reflect.get(error, "$metadata");
  const status: unknown =
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "httpStatusCode") : undefined;
  const message: unknown = Reflect.get(error, "message");
  return {
    name: typeof name === "string" ? name : "",
    status: typeof status === "number" ? status : undefined,
    message: typeof message === "string" ? message : "",
  };
}

/** Whether there is no such object. */
export function isMissing(error: unknown): boolean {
  const { name, status } = awsFailureOf(error);
  return name === "NoSuchKey" || name === "NotFound" || (status === 404 && name !== "NoSuchBucket");
}

const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);
const BAD_CREDENTIALS = new Set(["InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch"]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired"]);
const DENIED = new Set(["AccessDenied", "AccessDeniedException", "Forbidden"]);
const ELSEWHERE = new Set([
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
]);
const NETWORK =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|TimeoutError|NoFirstAnswer|socket hang up/;

/**
 * A failed call in words. Errors that are none of AWS or the network (bugs, an abort, the source file's) stay as they are.
 *
 * @param what was being done, as in `storing q/a`
 */
function explainS3Error(error: unknown, what: string): unknown {
  if (error instanceof SpawnError) return error;
  const { name, status, message } = awsFailureOf(error);
  const refused = (code: "permission-denied" | "store-failed", words: string, hint: string) =>
    new SpawnError(code, `${what}: ${words}`, { hint, cause: error });
  if (NO_CREDENTIALS.has(name)) {
    return refused(
      "permission-denied",
      "there are no AWS credentials",
      "Log in (aws sso login, aws configure), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    );
  }
  if (EXPIRED.has(name)) {
    return refused(
      "permission-denied",
      "the AWS credentials have expired",
      "Log in again: aws sso login, or renew them.",
    );
  }
  if (BAD_CREDENTIALS.has(name)) {
    return refused(
      "permission-denied",
      `AWS does not accept the credentials (${name})`,
      "Check AWS_PROFILE and the keys, and that the account has this region enabled.",
    );
  }
  if (DENIED.has(name) || status === 403) {
    return refused(
      "permission-denied",
      "AWS denies it",
      "Whoever calls needs the permission, and the bucket has to belong to the same account.",
    );
  }
  if (name === "NoSuchBucket") {
    return refused("store-failed", "there is no such bucket", "Check result_s3_bucket and the region.");
  }
  if (ELSEWHERE.has(name) || status === 301) {
    return refused("store-failed", "the bucket is in another region", "Give that region: AWS_REGION=…");
  }
  if (NETWORK.test(`${name} ${message} ${String(Reflect.get(Object(error), "code") ?? "")}`)) {
    return refused(
      "store-failed",
      `S3 cannot be reached (${message || name})`,
      "Check the network, then try again.",
    );
  }
  if (status === undefined) return error;
  return refused(
    "store-failed",
    `${name} ${status}: ${message}`.trim(),
    "Try again; if it stays, look at the bucket.",
  );
}

/** Runs a call, its failure explained. */
export async function explainedS3<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explainS3Error(error, what);
  }
}
