import { loseHost, QueueFold, type QueueStatus, queueStatus } from "@spawn/status-model";
import type { StoredQueue } from "../stored-queue.js";

/** As it stands since its instance is no more, which was last heard of at `heardMs`: what ran there is lost. */
export function afterItsHost({ records }: StoredQueue, heardMs: number): QueueStatus {
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  const last = fold.latest ?? { at: heardMs, t: 0 };
  const sinceMs = Math.max(0, heardMs - last.at);
  const now = { at: last.at + sinceMs, t: last.t + sinceMs };
  let seq = records.at(-1)?.seq ?? 0;
  loseHost(fold, { t: now.t, random: () => 0 }, (event) => {
    seq += 1;
    fold.apply({ seq, at: now.at, event });
  });
  return queueStatus(fold, { wallMs: now.at, t: now.t, runner: "gone" });
}
