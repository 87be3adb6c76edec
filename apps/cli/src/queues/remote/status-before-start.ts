import { loadQueueFile, toQueueDefinition } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { QueueFold, type QueueStatus, queueStatus } from "@spawn/status-model";

export interface QueueBeforeStart {
  readonly queueId: string;
  readonly instanceId: string;
  readonly wallMs: number;
  /** Whether the instance is still there to begin with it. */
  readonly runner: "alive" | "gone";
}

/**
 * The status of a queue of which no runner has told anything yet: every job of its file waits.
 *
 * @throws SpawnError `queue-not-found` where the store has no queue file either.
 */
export async function statusBeforeStart(
  store: ResultStore,
  { queueId, instanceId, wallMs, runner }: QueueBeforeStart,
): Promise<QueueStatus> {
  const key = queueKeys(queueId).queueFile;
  const bytes = await store.readBytes(key);
  const spec = bytes === undefined ? undefined : loadQueueFile(bytes, { fileName: key }).spec;
  if (spec === undefined) {
    throw new SpawnError("queue-not-found", `the store holds no state of ${queueId}`, {
      hint: `Look at ${store.locationOf(queueId)}`,
    });
  }
  const fold = new QueueFold();
  const place = { instanceId, resultsLocation: store.locationOf(queueId) };
  const event = { type: "queue-created", t: 0, queueId, ...place, ...toQueueDefinition(spec, 1) } as const;
  fold.apply({ seq: 1, at: wallMs, event });
  return queueStatus(fold, { wallMs, t: 0, runner });
}
