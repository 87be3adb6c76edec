import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";

/** Who took a queue over and has not begun by then is taken for dead. */
export const TAKEOVER_PATIENCE_MS = 10 * 60_000;

export interface TakeoverClaim {
  readonly queueId: string;
  /** Of the queue's last runner, by its journal. */
  readonly epoch: number;
  readonly instanceId: string;
  readonly wallMs: number;
}

/**
 * Of all instances that would go on with a queue after its last runner, lets one. That runner, should it turn up again,
 * finds the claim and stops.
 *
 * @throws SpawnError `already-running` when another instance has it.
 */
export async function claimTakeover(store: ResultStore, claim: TakeoverClaim): Promise<void> {
  const { queueId, epoch, instanceId, wallMs } = claim;
  const text = `${JSON.stringify({ instance_id: instanceId, at: new Date(wallMs).toISOString() })}\n`;
  for (let attempt = 1; ; attempt += 1) {
    const key = queueKeys(queueId).takeover(epoch, attempt);
    if ((await store.putIfUnchanged(key, Buffer.from(text), undefined, { durable: true })) !== undefined)
      return;
    const holder = await readHolder(store, key);
    if (holder?.instanceId === instanceId) return;
    if (holder === undefined || wallMs - holder.at > TAKEOVER_PATIENCE_MS) continue;
    throw new SpawnError(
      "already-running",
      `${holder.instanceId} goes on with ${queueId} since ${new Date(holder.at).toISOString()}`,
      { hint: "Watch it there. If it was lost before it began, try again ten minutes after that." },
    );
  }
}

/**
 * Who has the queue now, of all instances that went on with it from its store; `undefined` where none did. That is the
 * last to have claimed it: after the latest runner, and there in the latest attempt.
 */
export async function lastTaker(store: ResultStore, queueId: string): Promise<string | undefined> {
  let last: { readonly key: string; readonly epoch: number; readonly attempt: number } | undefined;
  for await (const { key } of store.list(queueKeys(queueId).takeoversFolder)) {
    const [, first, second] = /\/(\d+)-(\d+)$/.exec(key) ?? [];
    if (first === undefined) continue;
    const [epoch, attempt] = [Number(first), Number(second)];
    const isLater =
      last === undefined || epoch > last.epoch || (epoch === last.epoch && attempt > last.attempt);
    if (isLater) last = { key, epoch, attempt };
  }
  return last === undefined ? undefined : (await readHolder(store, last.key))?.instanceId;
}

/** @throws SpawnError `already-running` where another instance has taken the queue from this one. */
export async function refuseTaken(store: ResultStore, queueId: string, instanceId: string): Promise<void> {
  const taker = await lastTaker(store, queueId);
  if (taker === undefined || taker === instanceId) return;
  throw new SpawnError("already-running", `${taker} has taken ${queueId} over`, {
    hint: `Watch it there. What ${instanceId} still runs is not part of the queue any more.`,
  });
}

async function readHolder(
  store: ResultStore,
  key: string,
): Promise<{ readonly instanceId: string; readonly at: number } | undefined> {
  const bytes = await store.readBytes(key);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const instanceId: unknown = Reflect.get(value, "instance_id");
    const at = Date.parse(String(Reflect.get(value, "at")));
    return typeof instanceId === "string" && !Number.isNaN(at) ? { instanceId, at } : undefined;
  } catch {
    return undefined;
  }
}
