import type { LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { liveView } from "../render/live-view.js";
import { Narrator } from "../render/narrator.js";
import { noticeLine } from "../render/notice.js";
import type { Palette } from "../render/palette.js";
import type { LiveScreen } from "../terminal/live-screen.js";
import type { QueueLook } from "./follow-queue.js";

/** How often clocks and output of running jobs are brought up to date. */
const STATUS_EVERY_MS = 1_000;

/** Shows a queue to whoever runs it in the foreground. */
export interface Attendant {
  look(queue: Pick<LocalQueue, "fold" | "status">, look: QueueLook): void;
  /** Something to be read beside what happens in the queue. */
  say(words: string): void;
  leave(): void;
}

/** One line for each thing that happens. */
export function plainAttendant(write: (line: string) => void, palette: Palette): Attendant {
  const narrator = new Narrator();
  return {
    look: (_queue, { records, restarted }) => {
      for (const notice of narrator.take(records, restarted)) write(noticeLine(notice, palette));
    },
    say: write,
    leave: () => undefined,
  };
}

/**
 * A picture of the queue that is drawn over; it is gone when the queue is over.
 *
 * @param nowMs a clock that only goes forward
 */
export function liveAttendant(
  screen: Pick<LiveScreen, "draw" | "clear">,
  palette: Palette,
  nowMs: () => number,
): Attendant {
  let footer = "Ctrl-C cancels the queue. Closing this terminal leaves it running.";
  let status: QueueStatus | undefined;
  let statusAtMs = Number.NEGATIVE_INFINITY;
  const draw = (shown: QueueStatus): void =>
    screen.draw((size) => liveView(shown, { ...size, palette, footer }));
  return {
    look: (queue, { records }) => {
      if (queue.fold.latest === undefined) return;
      // A status costs a walk through all jobs, a look does not.
      if (records.length === 0 && nowMs() - statusAtMs < STATUS_EVERY_MS) return;
      status = queue.status();
      statusAtMs = nowMs();
      draw(status);
    },
    say: (words) => {
      footer = words;
      if (status !== undefined) draw(status);
    },
    leave: () => screen.clear(),
  };
}
