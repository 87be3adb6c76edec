import { loadQueueFile, toQueueDefinition } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { type KeptInstance, QueueFold, queueStatus } from "@spawn/status-model";
import { readStoredJournal } from "../moving/stored-journal.js";

export interface GivenUpQueue {
  readonly queueId: string;
  readonly instanceId: string;
  readonly message: string;
  /** Wall clock, ms since the Unix epoch; so is `endsAt`. */
  readonly wallMs: number;
  /** When the instance ends, where that is known. */
  readonly endsAt: number | undefined;
  /** That it stays until then. */
  readonly kept: KeptInstance | undefined;
}

/**
 * Puts the state of a queue into the store as this instance leaves it: by what the store has of its journal, since neither disk
 * nor runner can be relied upon here. Does nothing once another instance has been launched for it.
 *
 * @throws SpawnError where the store fails, or holds nothing of the queue that can be read.
 */
export async function publishGivenUp(store: ResultStore, queue: GivenUpQueue): Promise<void> {
  const key = queueKeys(queue.queueId).status;
  for (;;) {
    const known = await store.versionOf(key);
    const newest = await newestInstance(store, queue.queueId);
    if (newest !== undefined && newest !== queue.instanceId) return;
    const bytes = Buffer.from(await statusText(store, queue));
    if ((await store.putIfUnchanged(key, bytes, known, { durable: true })) !== undefined) return;
    // Somebody has written it meanwhile: whose is the queue now?
  }
}

async function statusText(store: ResultStore, queue: GivenUpQueue): Promise<string> {
  const { instanceId, message, wallMs, endsAt, kept } = queue;
  const fold = await storedFold(store, queue);
  const t = fold.latest?.t ?? 0;
  const add = (event: Parameters<QueueFold["apply"]>[0]["event"]) =>
    fold.apply({ seq: 0, at: wallMs, event });
  add({ type: "warning", t, message });
  if (endsAt !== undefined) add({ type: "deadline-set", t, deadline: endsAt });
  if (kept !== undefined) add({ type: "instance-kept", t, ...kept });
  const status = { ...queueStatus(fold, { wallMs, t, runner: "gone" }), instance_id: instanceId };
  return `${JSON.stringify(status, undefined, 2)}\n`;
}

/** By what its launch has left in the store. */
async function newestInstance(store: ResultStore, queueId: string): Promise<unknown> {
  const bytes = await store.readBytes(queueKeys(queueId).instance);
  const told: unknown = bytes === undefined ? {} : JSON.parse(Buffer.from(bytes).toString("utf8"));
  return typeof told === "object" && told !== null ? Reflect.get(told, "instance_id") : undefined;
}

async function storedFold(
  store: ResultStore,
  { queueId, instanceId, wallMs }: GivenUpQueue,
): Promise<QueueFold> {
  try {
    return (await readStoredJournal(store, queueId)).fold;
  } catch (error) {
    if (!(error instanceof SpawnError && error.code === "queue-not-found")) throw error;
  }
  // It has never begun.
  const key = queueKeys(queueId).queueFile;
  const { spec } = loadQueueFile((await store.readBytes(key)) ?? Buffer.from(""), { fileName: key });
  if (spec === undefined) throw new SpawnError("queue-not-found", `there is no ${key} in ${store.location}`);
  const fold = new QueueFold();
  const place = { instanceId, resultsLocation: store.locationOf(queueId) };
  const event = { type: "queue-created", t: 0, queueId, ...place, ...toQueueDefinition(spec, 1) } as const;
  fold.apply({ seq: 1, at: wallMs, event });
  return fold;
}
