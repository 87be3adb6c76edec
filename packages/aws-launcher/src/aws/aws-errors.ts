import { SpawnError } from "@spawn/foundation";

/** What a failed AWS call means to a launch. */
export type AwsFailureKind =
  | "capacity"
  | "not-offered"
  | "quota"
  | "denied"
  | "credentials"
  | "throttled"
  | "not-found"
  | "exists"
  | "unknown-outcome"
  | "other";

const KINDS: readonly (readonly [AwsFailureKind, RegExp])[] = [
  [
    "capacity",
    /^(Insufficient(Instance|Host|ReservedInstance|Spot\w*)?Capacity|InsufficientCapacity|InsufficientFreeAddressesInSubnet$|SpotMaxPriceTooLow)/,
  ],
  ["not-offered", /^Unsupported$/],
  ["quota", /^(MaxSpotInstanceCountExceeded|\w*LimitExceeded(Exception)?|ServiceQuotaExceeded(Exception)?)$/],
  ["denied", /^(UnauthorizedOperation|AccessDenied(Exception)?|Client\.UnauthorizedOperation)$/],
  [
    "credentials",
    /^(CredentialsProviderError|AuthFailure|ExpiredToken(Exception)?|RequestExpired|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|InvalidAccessKeyId|MissingAuthenticationToken|TokenProviderError)$/,
  ],
  ["throttled", /^(Throttl\w*|RequestLimitExceeded|TooManyRequests\w*|SlowDown)$/],
  ["not-found", /(NotFound|NoSuchEntity|ResourceNotFound|NoSuch\w+)(Exception)?$|\.NotFound$/],
  ["exists", /(AlreadyExists|EntityAlreadyExists|Duplicate|ConflictException)/],
];

/** Those that count instances and their vCPUs; others count roles, parameters, schedules. */
const EC2_QUOTA = /^(VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded)$/;

/** The kind of a failure. `unknown-outcome`: nobody can tell whether AWS acted. */
export function kindOf(error: unknown): AwsFailureKind {
  const name = awsErrorName(error);
  // Throttling first: its names end as a quota's do.
  if (/^(Throttl|RequestLimitExceeded)/.test(name)) return "throttled";
  const known = KINDS.find(([, names]) => names.test(name));
  if (known !== undefined) return known[0];
  const status = httpStatus(error);
  return status === undefined || status >= 500 ? "unknown-outcome" : "other";
}

/** AWS's own name for an error, such as `VcpuLimitExceeded`. */
export function awsErrorName(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const code = "Code" in error && typeof error.Code === "string" ? error.Code : undefined;
  return code ?? error.name;
}

/** AWS's own words, without the thousand characters of code in which EC2 repeats a refusal. */
export function awsMessage(error: unknown): string {
  const words = error instanceof Error ? error.message || error.name : String(error);
  return words.replace(/\s*Encoded authorization failure message: \S+/, "");
}

function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode;
}

/**
 * A failed AWS call in words, with a code that says what kind of failure it was. `what` says what could not be done.
 * AWS's messages hold names and no values of parameters.
 */
export function explainAwsError(what: string, error: unknown): SpawnError {
  if (error instanceof SpawnError) return error;
  const words = `${what}: ${awsMessage(error)}`;
  const kind = kindOf(error);
  switch (kind) {
    case "denied":
      return new SpawnError("permission-denied", words, {
        hint: "Ask whoever runs the account for this permission; docs/aws/permissions.md lists all that spawn needs.",
        cause: error,
      });
    case "credentials":
      return badCredentials(what, error);
    case "capacity":
    case "not-offered":
      return new SpawnError("no-capacity", words, {
        hint: "Try other instance types (--instance-type a,b,c) or another region.",
        cause: error,
      });
    case "quota":
      return new SpawnError("quota-exceeded", words, {
        hint: EC2_QUOTA.test(awsErrorName(error))
          ? "Raise it in the Service Quotas console, under Amazon EC2, or end other instances."
          : "It is a limit of the account: spawn gc removes what queues that are over have left; the Service Quotas console shows and raises limits.",
        cause: error,
      });
    case "unknown-outcome":
      if (httpStatus(error) === undefined) {
        return new SpawnError("aws-failed", `${what}: AWS cannot be reached (${awsMessage(error)})`, {
          hint: "Check the network and the region, then try again.",
          cause: error,
        });
      }
      return new SpawnError("aws-failed", `${words} (no answer that can be relied on)`, {
        hint: "Check the network, then try again.",
        cause: error,
      });
    default:
      return new SpawnError("aws-failed", words, { cause: error });
  }
}

function badCredentials(what: string, error: unknown): SpawnError {
  const name = awsErrorName(error);
  const refused = (words: string, hint: string): SpawnError =>
    new SpawnError("permission-denied", `${what}: ${words}`, { hint, cause: error });
  if (/^(CredentialsProviderError|TokenProviderError|MissingAuthenticationToken)$/.test(name)) {
    return refused(
      "there are no AWS credentials",
      "Log in (aws sso login, aws configure), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    );
  }
  if (/Expired/.test(name))
    return refused("the AWS credentials have expired", "Log in again: aws sso login, or renew them.");
  return refused(
    `AWS does not accept the credentials (${name})`,
    "Check AWS_PROFILE and the keys, and that the account has this region enabled.",
  );
}
