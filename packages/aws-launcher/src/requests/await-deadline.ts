import { type Clock, SpawnError } from "@spawn/foundation";
import { type ObjectLook, queueKeys, type ResultStore } from "@spawn/result-store";
import { sleep } from "../aws/patience.js";
import type { Ec2Instance } from "../instances/ec2-instance.js";

/** An agent looks for requests, and stores its status, every ten seconds. */
const CONFIRMED_WITHIN_MS = 45_000;
const LOOK_EVERY_MS = 1_000;
/** A status tells times to the second. */
const TOLD_TO_MS = 1_000;

interface DeadlineParts {
  readonly store: ResultStore;
  readonly clock: Clock;
}

/**
 * Waits until an instance's agent says that it goes by a deadline. Of one that has never said anything nothing is expected: it
 * takes the request when it begins.
 *
 * @param deadline RFC 3339
 * @throws SpawnError `wait-timed-out` where it does not say so.
 */
export async function awaitDeadline(
  { store, clock }: DeadlineParts,
  { instanceId, queueId }: Ec2Instance,
  deadline: string,
): Promise<void> {
  const end = clock.bootMs() + CONFIRMED_WITHIN_MS;
  let version: string | undefined;
  // The tag tells what was asked of it last, whether it took that or not.
  let own = "the time that it had before";
  for (;;) {
    const look = await lookAt(store, queueId, version);
    if (look?.kind === "none") return;
    if (look?.kind === "changed") {
      version = look.version;
      const said = saidOf(look.bytes);
      if (!Number.isNaN(said.endsAtMs)) own = new Date(said.endsAtMs).toISOString();
      if (said.instanceId !== instanceId || said.endsAtMs >= Date.parse(deadline) - TOLD_TO_MS) return;
    }
    if (clock.bootMs() >= end) throw unconfirmed(instanceId, own, deadline);
    await sleep(clock, LOOK_EVERY_MS);
  }
}

/** The deadline is moved already: a store that fails just says nothing of it. */
async function lookAt(store: ResultStore, queueId: string, known?: string): Promise<ObjectLook | undefined> {
  try {
    return await store.readIfChanged(queueKeys(queueId).status, known);
  } catch (error) {
    if (error instanceof SpawnError) return undefined;
    throw error;
  }
}

function saidOf(bytes: Uint8Array): { readonly instanceId: unknown; readonly endsAtMs: number } {
  const said: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  const of = (name: string): unknown =>
    typeof said === "object" && said !== null ? Reflect.get(said, name) : undefined;
  return { instanceId: of("instance_id"), endsAtMs: Date.parse(String(of("ttl_expires_at"))) };
}

function unconfirmed(instanceId: string, own: string, deadline: string): SpawnError {
  const seconds = CONFIRMED_WITHIN_MS / 1000;
  return new SpawnError(
    "wait-timed-out",
    `${instanceId} has not said within ${seconds} s that it now ends at ${deadline}: where its agent is dead, its own shutdown still ends it at ${own}`,
    {
      hint: `AWS's schedule and gc go by the new time already, and an agent that comes back takes it. Look whether it is heard: spawn queue status ${instanceId}`,
    },
  );
}
