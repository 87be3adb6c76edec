import { SpawnError } from "@spawn/foundation";
import type { Redis, RedisOptions } from "ioredis";
import { explainRedisError } from "./explain-redis-error.js";

/** A command that has had no answer for so long fails. */
const ANSWER_WITHIN_MS = 9_000;
const CONNECT_WITHIN_MS = 5_000;

/** Tried every half second; commands that wait for a connection fail after 6 s without one. */
const RETRY_EVERY_MS = 500;
const RETRIES_PER_COMMAND = 12;

/** How clients connect, the first time and again after the server was away. */
export const CONNECTION = {
  connectTimeout: CONNECT_WITHIN_MS,
  commandTimeout: ANSWER_WITHIN_MS,
  socketTimeout: ANSWER_WITHIN_MS - 1_000,
  maxRetriesPerRequest: RETRIES_PER_COMMAND,
  retryStrategy: () => RETRY_EVERY_MS,
  // What was sent may have been done: sent again, it might be done twice.
  autoResendUnfulfilledCommands: false,
} as const satisfies RedisOptions;

export interface RedisServer {
  readonly url: string;
  readonly database: number;
  /** For messages: without user and password. */
  readonly name: string;
}

/** @throws SpawnError `bad-arguments` */
export function redisServer(text: string): RedisServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hint = "Write it as redis://[user:password@]host[:port][/database], or rediss:// for TLS.";
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === "") {
    throw new SpawnError("bad-arguments", `${hidden(text)} is not the URL of a Redis server`, { hint });
  }
  if (!/^(\/\d*)?$/.test(url.pathname) || url.search !== "" || url.hash !== "") {
    const found = `${url.pathname}${url.search}${url.hash}`;
    throw new SpawnError("bad-arguments", `"${found}" in the Redis URL is not the number of a database`, {
      hint,
    });
  }
  const database = Number(url.pathname.slice(1));
  const shown = database === 0 ? "" : `/${database}`;
  return { url: url.href, database, name: `Redis at ${url.hostname}:${url.port || "6379"}${shown}` };
}

/** @throws SpawnError `store-failed`, `permission-denied`, `not-supported` */
export async function connect(server: RedisServer): Promise<Redis> {
  const { Redis: Client } = await import("ioredis");
  const client = new Client(server.url, { ...CONNECTION, lazyConnect: true });
  let cause: unknown;
  client.on("error", (error) => {
    cause = error;
  });
  try {
    await client.connect();
    // By itself the client goes on in database 0 when there is no such database.
    await client.select(server.database);
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw explainRedisError(cause ?? error, server.name);
  }
}

function hidden(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^@/]*@/, "//…@"));
}
