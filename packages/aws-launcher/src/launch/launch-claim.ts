import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { Ec2Parts } from "../ec2-parts.js";
import type { Intent } from "./intent-file.js";
import { type AtWork, isUnderWay } from "./reconcile.js";

type ClaimParts = Pick<Ec2Parts, "store" | "clock" | "processes">;

/** The last launch of a queue, by what the store has of it. */
export interface LastLaunch extends AtWork {
  readonly generation: number;
}

/** `undefined` where none has been begun. @throws SpawnError `permission-denied`, `store-failed`. */
async function lastLaunch(store: ResultStore, queueId: string): Promise<LastLaunch | undefined> {
  const keys = queueKeys(queueId);
  let generation = 0;
  for await (const { key } of store.list(keys.launchesFolder)) {
    generation = Math.max(generation, Number(/\/(\d+)$/.exec(key)?.[1] ?? 0));
  }
  if (generation === 0) return undefined;
  const bytes = await store.readBytes(keys.launchClaim(generation));
  return { ...readClaim(bytes), generation };
}

/**
 * Lets one launch at a time put a queue on an instance, from whatever machine. Claims stay: the next launch is of another
 * generation, whatever became of this one.
 *
 * @throws SpawnError `already-running` where another launch was quicker.
 */
export async function claimLaunch(store: ResultStore, intent: Intent): Promise<void> {
  const { queue_id: queueId, generation } = intent;
  const key = queueKeys(queueId).launchClaim(generation);
  if ((await store.putIfUnchanged(key, encode(intent), undefined, { durable: true })) !== undefined) return;
  throw new SpawnError("already-running", `${queueId} is being launched by somebody else just now`, {
    hint: `Watch it: spawn queue status ${queueId}`,
  });
}

/** Nobody is at work on a launch any more, and the next need not wait. */
export async function giveUpClaim(store: ResultStore, intent: Intent): Promise<void> {
  const key = queueKeys(intent.queue_id).launchClaim(intent.generation);
  await store.putBytes(key, encode({ ...intent, pid: null }), { durable: true });
}

/** @throws SpawnError `already-running` while somebody is at work on a launch of the queue. */
export async function refuseBeingLaunched(
  { store, clock, processes }: ClaimParts,
  queueId: string,
  /** Of which there is an instance already. */
  made: number,
): Promise<LastLaunch | undefined> {
  const last = await lastLaunch(store, queueId);
  if (last === undefined || last.generation <= made || !isUnderWay(last, clock, processes)) return last;
  throw new SpawnError(
    "already-running",
    `${queueId} is being launched from ${last.host}, since ${last.at_work_at}`,
    {
      hint: "If that command was killed, try again half an hour after that.",
    },
  );
}

function encode({ launch_id, pid, host, at_work_at }: Intent): Buffer {
  return Buffer.from(`${JSON.stringify({ launch_id, pid, host, at_work_at }, undefined, 2)}\n`);
}

/** What cannot be read tells of nobody. */
function readClaim(bytes: Uint8Array | undefined): AtWork {
  const nobody = { pid: null, host: "", at_work_at: "" };
  if (bytes === undefined) return nobody;
  try {
    const { pid, host, at_work_at } = JSON.parse(Buffer.from(bytes).toString("utf8")) as AtWork;
    return typeof pid === "number" ? { pid, host: String(host), at_work_at: String(at_work_at) } : nobody;
  } catch {
    return nobody;
  }
}
