import { existsSync } from "node:fs";
import { instanceLayout } from "@spawn/attempt-runner";
import { jobKeys, type ResultStore } from "@spawn/result-store";
import type { Context } from "../context.js";
import type { QueueReference } from "../queues/queue-reference.js";

import { storeOf } from "../queues/store-of.js";
import { LogFile } from "./log-file.js";

/** Which of a job's logs: all attempts merged with times and masks, or exactly what one attempt wrote. */
export type LogKind =
  | { readonly kind: "merged" }
  | { readonly kind: "stdout" | "stderr"; readonly attempt: number };

const RANGE_BYTES = 1024 * 1024;

/**
 * The bytes of a job's log so far: the instance's where it has it, else the store's. Nothing where neither has.
 *
 * @param options `lastBytes`: of an instance's log no more than this, from its end
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
      yield* new LogFile(path, options).read();
      return;
    }
  }
  yield* storedBytes(await storeOf(context, reference), logKey(reference.queueId, job, log));
}

function logPath(root: string, job: string, log: LogKind): string {
  const layout = instanceLayout(root);
  return log.kind === "merged" ? layout.mergedLog(job) : layout.attempt(job, log.attempt)[log.kind];
}

function logKey(queueId: string, job: string, log: LogKind): string {
  const keys = jobKeys(queueId, job);
  return log.kind === "merged" ? keys.merged : keys.attempt(log.attempt)[log.kind];
}

async function* storedBytes(store: ResultStore, key: string): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; ; from += RANGE_BYTES) {
    const bytes = await store.readBytes(key, { from, to: from + RANGE_BYTES });
    if (bytes !== undefined) yield bytes;
    if (bytes === undefined || bytes.length < RANGE_BYTES) return;
  }
}
