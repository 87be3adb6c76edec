import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { awsFailureOf } from "./s3-errors.js";

type Strategy = Extract<NonNullable<S3ClientConfig["retryStrategy"]>, { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy["acquireInitialRetryToken"]>>;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/**
 * Tries a call again until this long after its first try. The SDK's own strategy counts all failures of a client against one
 * quota, which a few parts on their way use up in the first seconds of an outage.
 *
 * @param forMs milliseconds
 */
export function patientRetries(forMs: number, now: () => number = () => performance.now()): Strategy {
  const tokenOf = (retries: number, begun: number, delay: number): Token & { begun: number } => ({
    begun,
    getRetryCount: () => retries,
    getRetryDelay: () => delay,
  });
  return {
    acquireInitialRetryToken: async () => tokenOf(0, now(), 0),
    refreshRetryTokenForRetry: async (token, { errorType, error }) => {
      const begun: unknown = Reflect.get(token, "begun");
      const isOver = typeof begun !== "number" || now() - begun > forMs;
      // What a server does not know it will not learn meanwhile.
      const isUnknown = awsFailureOf(error).status === 501;
      if (errorType === "CLIENT_ERROR" || isUnknown || isOver) throw error ?? new Error("no further try");
      const retries = token.getRetryCount() + 1;
      const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** retries);
      // At least half of it: tries that all come at once help nobody.
      return tokenOf(retries, begun, longest * (0.5 + Math.random() / 2));
    },
    recordSuccess: () => {},
  };
}
