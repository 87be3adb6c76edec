import { formatDuration } from "@spawn/foundation";
import type { QueueStatus } from "@spawn/status-model";

/** Longer than any restart of an agent or failure of the store that heals by itself. */
export const SILENT_FOR_LONG_MS = 120_000;

/** That an agent says nothing, though its instance is there as far as EC2 tells. */
export interface Silence {
  readonly instanceId: string;
  /** As people read it, in minutes. */
  readonly lasting: string;
  /** When the instance ends by itself, RFC 3339; absent where it never said. */
  readonly endsAt: string | undefined;
}

/** `undefined` while it is heard, or is silent for a moment only. EC2 is asked of one that is silent, and of no other. */
export function silenceOf(status: QueueStatus, wallMs: number): Silence | undefined {
  const { instance_id: instanceId, instance_state: state, ttl_expires_at: endsAt } = status;
  // One that boots has said nothing yet.
  if (status.status === "pending") return undefined;
  const silentMs = wallMs - Date.parse(status.updated_at);
  const isAsked = state !== undefined || status.status === "unknown";
  if (!isAsked || !(silentMs >= SILENT_FOR_LONG_MS)) return undefined;
  return { instanceId, lasting: formatDuration(Math.floor(silentMs / 60_000) * 60_000), endsAt };
}

/** What to tell whoever waits on. */
export function silenceWords(
  { instanceId, lasting, endsAt }: Silence,
  shown: (wallMs: number) => string,
): string {
  const end = endsAt === undefined ? "at its deadline" : `at ${shown(Date.parse(endsAt))} at the latest`;
  return `⚠ Nothing heard from ${instanceId} for ${lasting}. It may come back; it ends ${end}, and so does this wait.\n  End it now: spawn terminate ${instanceId}`;
}
