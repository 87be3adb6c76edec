import type { LocalQueue } from "@spawn/launcher";
import { followQueue } from "../queues/follow-queue.js";

const LOOK_EVERY_MS = 20;
/** A runner that takes longer to begin has other troubles; the status tells its warnings too. */
const PATIENCE_MS = 3_000;

/** What a runner that has just been started warns of before it begins: that this machine cannot give all that is asked. */
export async function earlyWarnings(queue: LocalQueue): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for await (const _look of followQueue(queue, { everyMs: LOOK_EVERY_MS, signal })) {
    if (queue.fold.started !== undefined) break;
  }
  return queue.fold.warnings.flatMap(({ job, message }) => (job === undefined ? [message] : []));
}
