import { existsSync } from "node:fs";
import { instanceLayout, type LogStarts, logRangeOf, readLogStarts } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import { jobKeys, type ResultStore } from "@spawn/result-store";
import type { Context } from "../context.js";
import type { QueueReference } from "../queues/queue-reference.js";
import { storeOf } from "../queues/store-of.js";
import { LogFile } from "./log-file.js";

/** Which of a job's logs: all attempts or one of them merged with times and masks, or exactly what one attempt wrote. */
export type LogKind =
  | { readonly kind: "merged"; readonly attempt?: number | undefined }
  | { readonly kind: "stdout" | "stderr"; readonly attempt: number };

const RANGE_BYTES = 1024 * 1024;

/**
 * The bytes of a job's log so far: the instance's where it has it, else the store's. Nothing where neither has.
 *
 * @param options `lastBytes`: no more than this, from its end
 */
export async function* logBytes(
  context: Context,
  reference: QueueReference,
  job: string,
  log: LogKind,
  options: { readonly lastBytes?: number } = {},
): AsyncGenerator<Uint8Array, void> {
  if (reference.kind === "local") {
    const path = logPath(reference.instance.root, job, log);
    if (existsSync(path)) {
      const range = log.kind === "merged" ? localRange(reference.instance.root, job, log.attempt) : {};
      if (range !== undefined) yield* new LogFile(path, { ...options, ...range }).read();
      return;
    }
  }
  const { queueId } = reference;
  const store = await storeOf(context, reference);
  const range = log.kind === "merged" ? await storedRange(store, queueId, job, log.attempt) : {};
  const key = logKey(queueId, job, log);
  if (range === undefined) return;
  if (options.lastBytes !== undefined) yield* lastOf(store, key, range, options.lastBytes);
  else yield* storedBytes(store, key, range);
}

/** Bytes of a log; without an end, to its own. */
interface LogRange {
  readonly from?: number;
  readonly to?: number;
}

/** `undefined` where the attempt has nothing in the log. */
function localRange(root: string, job: string, attempt: number | undefined): LogRange | undefined {
  if (attempt === undefined) return {};
  return logRangeOf(readLogStarts(instanceLayout(root).mergedLogStarts(job)), attempt);
}

/** `undefined` where the attempt has nothing in the log. @throws SpawnError `not-supported` where that is not known yet. */
async function storedRange(
  store: ResultStore,
  queueId: string,
  job: string,
  attempt: number | undefined,
): Promise<LogRange | undefined> {
  if (attempt === undefined) return {};
  const text = await store.readBytes(jobKeys(queueId, job).metadata);
  if (text === undefined) {
    throw new SpawnError(
      "not-supported",
      `where attempt ${attempt} is in the log is stored when ${job} is over`,
      {
        hint: `What it wrote so far: spawn queue logs ${queueId} ${job} --raw --attempt ${attempt}`,
      },
    );
  }
  return logRangeOf(startsIn(JSON.parse(Buffer.from(text).toString("utf8"))), attempt);
}

function startsIn(metadata: unknown): LogStarts {
  const noted: unknown =
    typeof metadata === "object" && metadata !== null
      ? Reflect.get(metadata, "merged_log_starts")
      : undefined;
  return new Map(Object.entries(noted ?? {}).map(([attempt, byte]) => [Number(attempt), Number(byte)]));
}

function logPath(root: string, job: string, log: LogKind): string {
  const layout = instanceLayout(root);
  return log.kind === "merged" ? layout.mergedLog(job) : layout.attempt(job, log.attempt)[log.kind];
}

function logKey(queueId: string, job: string, log: LogKind): string {
  const keys = jobKeys(queueId, job);
  return log.kind === "merged" ? keys.merged : keys.attempt(log.attempt)[log.kind];
}

async function* storedBytes(
  store: ResultStore,
  key: string,
  { from: begin = 0, to: end = Number.POSITIVE_INFINITY }: LogRange,
): AsyncGenerator<Uint8Array, void> {
  for (let from = begin; from < end; from += RANGE_BYTES) {
    const bytes = await store.readBytes(key, { from, to: Math.min(end, from + RANGE_BYTES) });
    if (bytes !== undefined) yield bytes;
    if (bytes === undefined || bytes.length < RANGE_BYTES) return;
  }
}

/** The last bytes of a range, two requests at most. */
async function* lastOf(
  store: ResultStore,
  key: string,
  { from = 0, to }: LogRange,
  last: number,
): AsyncGenerator<Uint8Array, void> {
  if (to !== undefined) {
    yield* storedBytes(store, key, { from: Math.max(from, to - last), to });
    return;
  }
  // How long the log is nobody says; where so much follows the beginning, its end lies behind that as well.
  const begin = from === 0 ? undefined : await store.readBytes(key, { from, to: from + last });
  const isAll = from > 0 && (begin?.length ?? 0) < last;
  const bytes = isAll ? begin : await store.readBytes(key, { last });
  if (bytes !== undefined) yield bytes;
}
