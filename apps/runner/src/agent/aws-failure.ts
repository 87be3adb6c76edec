import { SpawnError } from "@spawn/foundation";

const REFUSALS = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnauthorizedOperation",
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "ExpiredTokenException",
]);

/** A failed call of an AWS service, in words. What AWS says of it holds no value of a parameter or secret. */
export function awsFailure(what: string, error: unknown): SpawnError {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const words = `${what}: ${message || name}`;
  if (REFUSALS.has(name)) {
    return new SpawnError("permission-denied", words, {
      hint: "The instance's role has to allow it (--iam-policy, --iam-policy-file), and for what is encrypted with a key of your own kms:Decrypt on that key.",
      cause: error,
    });
  }
  return new SpawnError("store-failed", words, { cause: error });
}
