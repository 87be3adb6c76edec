import { resolve } from "node:path";
import { SpawnError } from "@spawn/foundation";
import type { JobQueueFlagValues } from "./job-queue-flags.js";

/** Where a job queue is kept. */
export type JobQueuePlace =
  | {
      readonly kind: "sqlite";
      /** Absolute. */
      readonly path: string;
      /** Nobody named it: it is made where it is missing, whatever is asked of it. */
      readonly isDefault: boolean;
    }
  | { readonly kind: "redis"; readonly url: string };

export interface JobQueuePlaceInput {
  readonly flags: JobQueueFlagValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly defaultPath: string;
}

/**
 * What the flags say, else the environment, else the default file.
 *
 * @throws SpawnError `bad-arguments` where the environment says two.
 */
export function jobQueuePlace({ flags, env, cwd, defaultPath }: JobQueuePlaceInput): JobQueuePlace {
  if (flags.db !== undefined) return sqliteAt(resolve(cwd, flags.db));
  if (flags.redis !== undefined) return redisAt("--redis", flags.redis);
  const [db, redis] = [env.SPAWN_JOBS_DB || undefined, env.SPAWN_JOBS_REDIS || undefined];
  if (db !== undefined && redis !== undefined) {
    throw new SpawnError("bad-arguments", "SPAWN_JOBS_DB and SPAWN_JOBS_REDIS are both set", {
      hint: "Unset one of them, or say which job queue is meant: --db PATH or --redis URL.",
    });
  }
  if (redis !== undefined) return redisAt("SPAWN_JOBS_REDIS", redis);
  return db === undefined
    ? { kind: "sqlite", path: defaultPath, isDefault: true }
    : sqliteAt(resolve(cwd, db));
}

/** What may be shown of it: no password. It is also what names the job queue in what is kept of its jobs. */
export function locationOf(place: JobQueuePlace): string {
  if (place.kind === "sqlite") return place.path;
  const url = new URL(place.url);
  url.username = "";
  url.password = "";
  return url.href;
}

function sqliteAt(path: string): JobQueuePlace {
  return { kind: "sqlite", path, isDefault: false };
}

function redisAt(source: string, url: string): JobQueuePlace {
  if (/^rediss?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) return { kind: "redis", url };
  throw new SpawnError("bad-arguments", `${source}: not the address of a Redis`, {
    hint: "Write redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT/DATABASE.",
  });
}
