import type { AgentParts } from "./agent-parts.js";
import { prepareInstance } from "./prepare-instance.js";
import { isRefusal, isTemporary } from "./temporary-failure.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/** A new role takes this long to be known everywhere; until then it is refused what it may do. */
const ROLE_KNOWN_WITHIN_MS = 2 * 60_000;

export interface Patience {
  /** Whether there is no use in going on. */
  readonly mustEnd: () => boolean;
  /** Waits, for so many milliseconds at the most. */
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Prepares the instance, again and again while network and store fail.
 *
 * @returns the carried variables; `undefined` where the instance has to end before anything could begin.
 * @throws SpawnError as `prepareInstance`, but for `store-failed`.
 */
export async function prepareUntilReady(
  parts: AgentParts,
  { mustEnd, pause }: Patience,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { config, clock, log, carried } = parts;
  const since = clock.bootMs();
  for (let waitMs = FIRST_WAIT_MS; !mustEnd(); waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      await prepareInstance({
        ...parts,
        queueId: config.queue_id,
        workdirSha256: config.workdir?.sha256,
        trustCompleted: config.resume?.trust_completed ?? false,
      });
      return await carried.fetch();
    } catch (error) {
      const isEarly = clock.bootMs() - since < ROLE_KNOWN_WITHIN_MS;
      if (!isTemporary(error) && !(isEarly && isRefusal(error))) throw error;
      log.warn({ error: String(error) }, "cannot prepare the instance yet");
    }
    await pause(waitMs);
  }
  return undefined;
}
