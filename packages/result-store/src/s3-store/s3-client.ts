import { S3Client } from "@aws-sdk/client-s3";
import type { NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import { FirstContact } from "../first-contact/first-contact.js";
import { ImpatientAtFirst } from "../first-contact/impatient-at-first.js";
import type { RequestHandler } from "../first-contact/request-handler.js";
import { connectionAgents } from "./connection-agents.js";
import { patientRetries } from "./patient-retries.js";

/** Who waits for the answers. */
export type Patience =
  /** Somebody at a terminal: what cannot be reached is told within ten seconds. */
  | "person"
  /** A runner with results to store: a network that is away for minutes is waited for. */
  | "runner";

export interface S3ClientOptions {
  /** Default: as the SDK finds it. */
  readonly region?: string;
  readonly patience: Patience;
  /** Milliseconds within which S3 has to answer a person anything at all. Default: so that ten seconds are enough to learn that it does not. */
  readonly firstAnswerWithinMs?: number;
}

/** In milliseconds: for how long a call is tried again, and of each try how long nothing may move. */
export const WAITS = {
  person: { triesForMs: 4_000, connectionTimeout: 2_000, silence: 30_000 },
  runner: { triesForMs: 5 * 60_000, connectionTimeout: 5_000, silence: 60_000 },
} as const;

/** At once, to one server. */
const CONNECTIONS = 64;

/** That Node 20 will not get newer SDKs is nothing that whoever reads a runner's log, or a command's words, can act on. */
export function silenceSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
}

/** Endpoint and credentials are those of the SDK's standard environment and files. */
export function s3Client(options: S3ClientOptions): S3Client {
  silenceSdk();
  const { region, patience } = options;
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    retryStrategy: patientRetries(WAITS[patience].triesForMs),
    requestHandler: requestHandler(options),
    // An emulator answers at one address for all buckets.
    forcePathStyle:
      process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined,
  });
}

function requestHandler({
  patience,
  firstAnswerWithinMs,
}: S3ClientOptions): RequestHandler | NodeHttpHandlerOptions {
  const { connectionTimeout, silence } = WAITS[patience];
  const options = {
    // Not a limit to the request as a whole: a part may take long over a slow line.
    ...{ connectionTimeout, socketTimeout: silence },
    ...connectionAgents(CONNECTIONS),
  };
  if (patience === "runner") return options;
  return new ImpatientAtFirst(new FirstContact(firstAnswerWithinMs), options);
}
