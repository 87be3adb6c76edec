import type { LocalQueue } from "@spawn/launcher";
import { createLogUpdate } from "log-update";
import { liveView } from "../render/live-view.js";
import { Narrator } from "../render/narrator.js";
import { noticeLine } from "../render/notice.js";
import type { Palette } from "../render/palette.js";
import type { QueueLook } from "./follow-queue.js";

/** Shows a queue to whoever runs it in the foreground. */
export interface Attendant {
  look(queue: LocalQueue, look: QueueLook): void;
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

/** A picture of the queue that is drawn over; it is gone when the queue is over. */
export function liveAttendant(stream: NodeJS.WriteStream, palette: Palette): Attendant {
  const draw = createLogUpdate(stream);
  let footer = "Ctrl-C cancels the queue. Closing this terminal leaves it running.";
  return {
    look: (queue) => {
      if (queue.fold.latest === undefined) return;
      draw(liveView(queue.status(), { columns: stream.columns, rows: stream.rows, palette, footer }));
    },
    say: (words) => {
      footer = words;
    },
    leave: () => {
      draw.clear();
      draw.done();
    },
  };
}
