import { SpawnError } from "@spawn/foundation";
import { lastTaker } from "../moving/claim-takeover.js";
import type { AgentParts } from "./agent-parts.js";

/** Whether a session failed because another instance has the queue: it is not another runner on this machine then. */
export async function isReplaced(
  error: unknown,
  { store, config, instanceId }: Pick<AgentParts, "store" | "config" | "instanceId">,
): Promise<boolean> {
  if (!(error instanceof SpawnError) || error.code !== "already-running") return false;
  const taker = await lastTaker(store, config.queue_id).catch(() => undefined);
  return taker !== undefined && taker !== instanceId;
}
