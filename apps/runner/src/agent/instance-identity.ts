import type { Clock } from "@spawn/foundation";
import type { Imds } from "./imds.js";

/** A machine that has just booted may have no network yet. */
const KNOWN_WITHIN_MS = 5 * 60_000;
const AGAIN_AFTER_MS = 2_000;

export interface InstanceIdentity {
  readonly instanceId: string;
  /** Whether EC2 may take the instance back. */
  readonly isSpot: boolean;
}

/**
 * Which instance this is. Asks again for five minutes.
 *
 * @throws SpawnError `not-supported` where the metadata service does not answer.
 */
export async function readIdentity(imds: Imds, clock: Clock): Promise<InstanceIdentity> {
  const until = clock.bootMs() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      const instanceId = (await imds.get("meta-data/instance-id"))?.trim();
      if (!instanceId) throw new Error("the instance metadata service knows no instance-id");
      const isSpot = (await imds.get("meta-data/instance-life-cycle"))?.trim() === "spot";
      return { instanceId, isSpot };
    } catch (error) {
      if (clock.bootMs() >= until) throw error;
      await new Promise<void>((resolve) => clock.wakeAt(clock.bootMs() + AGAIN_AFTER_MS, resolve));
    }
  }
}
