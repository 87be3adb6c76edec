import { type Clock, SpawnError } from "@spawn/foundation";
import type { QueueStatus } from "@spawn/status-model";
import type { InstanceWord, ToldInstance } from "./told-instance.js";

const OVER: ReadonlySet<InstanceWord> = new Set(["shutting-down", "terminated", "gone"]);

/** Whom to ask of an instance. */
export interface InstanceQuestions {
  readonly clock: Pick<Clock, "wallMs">;
  /** @throws SpawnError where EC2 cannot be asked. */
  readonly instanceState: (instanceId: string) => Promise<ToldInstance>;
  /** What an instance of which EC2 has just told costs by the hour; `undefined` where nobody knows. */
  readonly hourlyPrice: (instanceId: string) => Promise<number | undefined>;
}

/** A queue that is over with what is true of its instance now, where that was to stay: whether it does, and what it costs. */
export async function keptNow(status: QueueStatus, parts: InstanceQuestions): Promise<QueueStatus> {
  const { kept_until, instance_id } = status;
  if (kept_until === undefined) return status;
  if (Date.parse(kept_until) <= parts.clock.wallMs()) return withoutStay(status);
  let told: ToldInstance;
  try {
    told = await parts.instanceState(instance_id);
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    // Nobody says that it has ended.
    return status;
  }
  const known = { ...status, instance_state: told.state };
  if (OVER.has(told.state)) return withoutStay(known);
  if (told.state === "stopped" || status.kept_as === "stopped") return stopped(known);
  const price = await parts.hourlyPrice(instance_id);
  return price === undefined ? known : { ...known, hourly_price: price };
}

/** Whoever stopped it has stopped its agent too: what is left to end it is its deadline. */
function stopped(status: QueueStatus): QueueStatus {
  const { ttl_expires_at: end = status.kept_until } = status;
  return { ...status, kept_as: "stopped", kept_until: end };
}

export function withoutStay({ kept_until: _until, kept_as: _as, ...status }: QueueStatus): QueueStatus {
  return status;
}
