import type { QueueRun } from "../queue-run.js";
import type { AgentParts } from "./agent-parts.js";
import { LEAVE_WITHIN_MS } from "./leave-in-time.js";
import type { SpotNotice } from "./spot-notice.js";

/** What a last try, and the state of the queue, take to reach the store. */
const LAST_WORDS_MS = 20_000;

interface EndInSight extends Pick<AgentParts, "clock" | "deadline" | "signal"> {
  readonly notice: SpotNotice | undefined;
}

/**
 * Lets a queue that stops store what there is for as long as the instance has left, and no longer: how far it came has to
 * reach the store as well.
 */
export function giveUpInTime(run: Pick<QueueRun, "uploads">, end: EndInSight, over: AbortSignal): void {
  const { clock } = end;
  const disarm = clock.wakeAt(clock.bootMs() + storingLeftMs(end), () => run.uploads.giveUp());
  over.addEventListener("abort", disarm, { once: true });
}

/** For how long from now on there is time to store things, in ms. */
function storingLeftMs({ clock, deadline, signal, notice }: EndInSight): number {
  const ends = [deadline.leftMs() - Math.min(LAST_WORDS_MS, deadline.marginMs / 3)];
  if (notice !== undefined) ends.push(notice.at - clock.wallMs() - LAST_WORDS_MS);
  if (signal.aborted) ends.push(LEAVE_WITHIN_MS - LAST_WORDS_MS);
  return Math.max(0, Math.min(...ends));
}
