import { errnoOf, SpawnError } from "@spawn/foundation";

/** What the server's refusals begin with. */
const REFUSALS = {
  denied: /^(NOAUTH|WRONGPASS|NOPERM|ERR invalid password|ERR AUTH|ERR Client sent AUTH)/,
  full: /^(OOM|MISCONF)/,
  replica: /^(READONLY|NOREPLICAS)/,
  unsuitable:
    /^(ERR unknown command|ERR invalid DB index|ERR DB index|ERR SELECT|MOVED|CROSSSLOT|Unknown RESP|Protocol error)/,
} as const;

/** Turns what Redis and its client say into a `SpawnError` where the user can do something about it; else returns it as it is. */
export function explainRedisError(error: unknown, server: string): unknown {
  if (error instanceof SpawnError || !(error instanceof Error)) return error;
  const { message } = error;
  if (REFUSALS.denied.test(message)) {
    return new SpawnError("permission-denied", `${server} does not let us in: ${message}`, {
      hint: "Check user and password in the URL (redis://user:password@host:port), and what the user may do (ACL).",
      cause: error,
    });
  }
  if (REFUSALS.full.test(message)) {
    return new SpawnError("no-space", `${server} takes nothing more: ${message}`, {
      hint: "Give it memory (`maxmemory`) or disk, or remove old jobs.",
      cause: error,
    });
  }
  if (REFUSALS.replica.test(message)) {
    return new SpawnError("store-failed", `${server} cannot be written: ${message}`, {
      hint: "Use the primary's address.",
      cause: error,
    });
  }
  if (REFUSALS.unsuitable.test(message)) {
    return new SpawnError("not-supported", `${server} cannot hold a job queue: ${message}`, {
      hint: "It has to be Redis 6.2 or newer (not a cluster), and the database in the URL has to exist.",
      cause: error,
    });
  }
  const away = whyAway(error);
  if (away === undefined) return error;
  return new SpawnError("store-failed", `${server} cannot be reached (${away})`, {
    hint: "See that Redis runs there and that the URL is right. What was under way may have been done or not.",
    cause: error,
  });
}

function whyAway(error: Error): string | undefined {
  const errno = errnoOf(error);
  if (errno !== undefined && /^(E[A-Z]+|ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(errno))
    return errno;
  if (error.name === "MaxRetriesPerRequestError") return "no connection";
  if (/^Command timed out|^Socket timeout|ETIMEDOUT/.test(error.message)) return "no answer";
  if (/Connection is closed|aborted due to connection close|Stream isn't writeable/.test(error.message)) {
    return "connection lost";
  }
  return /^(LOADING|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|BUSY)/.exec(error.message)?.[0];
}
