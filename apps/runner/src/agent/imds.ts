import { request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { SpawnError } from "@spawn/foundation";

/** The instance metadata service, version 2. */
export interface Imds {
  /**
   * A value by its path below `/latest/`, such as `meta-data/instance-id`.
   *
   * @returns `undefined` where the instance has no such value.
   * @throws SpawnError `not-supported` where the service does not answer.
   */
  get(path: string): Promise<string | undefined>;
}

export interface ImdsOptions {
  /** Default: the link-local address; `AWS_EC2_METADATA_SERVICE_ENDPOINT` names another. */
  readonly endpoint?: string;
  /** Milliseconds to wait before each further try. */
  readonly retryWaitsMs?: readonly number[];
}

const ENDPOINT = "http://169.254.169.254";
const TOKEN_LIFE_S = 21_600;
const ANSWER_WITHIN_MS = 2_000;
const RETRY_WAITS_MS = [100, 400, 1_600];

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks for a token first, and for a new one when that has run out. */
export function imdsClient(options: ImdsOptions = {}): Imds {
  const { endpoint = ENDPOINT, retryWaitsMs = RETRY_WAITS_MS } = options;
  let token: string | undefined;

  const ask = async (path: string): Promise<Answer> => {
    token ??= await fetchToken(endpoint);
    const answer = await call(endpoint, "GET", `/latest/${path}`, { "x-aws-ec2-metadata-token": token });
    if (answer.status === 401) token = undefined;
    if (answer.status !== 200 && answer.status !== 404)
      throw new Error(`it answers ${answer.status} for ${path}`);
    return answer;
  };

  return {
    async get(path) {
      for (const waitMs of [...retryWaitsMs, undefined]) {
        try {
          const { status, body } = await ask(path);
          return status === 404 ? undefined : body;
        } catch (error) {
          if (waitMs === undefined) throw silent(endpoint, error);
          await wait(waitMs);
        }
      }
      return undefined;
    },
  };
}

async function fetchToken(endpoint: string): Promise<string> {
  const life = { "x-aws-ec2-metadata-token-ttl-seconds": String(TOKEN_LIFE_S) };
  const { status, body } = await call(endpoint, "PUT", "/latest/api/token", life);
  if (status !== 200) throw new Error(`it gives no token (${status})`);
  return body;
}

function call(
  endpoint: string,
  method: "GET" | "PUT",
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, endpoint),
      { method, headers, timeout: ANSWER_WITHIN_MS },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("it does not answer")));
    asked.on("error", reject);
    asked.end();
  });
}

function silent(endpoint: string, cause: unknown): SpawnError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SpawnError(
    "not-supported",
    `the instance metadata service at ${endpoint} cannot be used: ${why}`,
    {
      hint: "The agent runs on EC2 instances whose metadata service (version 2) is enabled.",
      cause,
    },
  );
}
