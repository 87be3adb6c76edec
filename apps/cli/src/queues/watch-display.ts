import type { QueueStatus } from "@spawn/status-model";
import type { TerminalSize } from "../terminal/frame-painter.js";
import type { LiveScreen } from "../terminal/live-screen.js";

/** Where the statuses of a watched queue go. */
export interface WatchDisplay {
  /** One of a queue that goes on. */
  show(status: QueueStatus): void;
  /** @param last the queue's, when it is over; absent when nobody watches any more */
  end(last: QueueStatus | undefined): void;
}

/** Each status after the other. */
export function writtenDisplay(write: (status: QueueStatus) => void): WatchDisplay {
  return {
    show: write,
    end: (last) => {
      if (last !== undefined) write(last);
    },
  };
}

/** How often ages and times left are brought up to date. */
const REDRAWN_EVERY_MS = 1_000;

/**
 * A picture as high as the terminal at most; the last status is written in full in its place. It is drawn again every second:
 * the same status is then a second older, and nobody is asked for that.
 */
export function drawnDisplay(
  screen: Pick<LiveScreen, "draw" | "clear" | "keep">,
  frame: (status: QueueStatus, size: TerminalSize) => string,
  write: (status: QueueStatus) => void,
): WatchDisplay {
  let redrawing: NodeJS.Timeout | undefined;
  return {
    show: (status) => {
      clearInterval(redrawing);
      const draw = (): void => screen.draw((size) => frame(status, size));
      draw();
      redrawing = setInterval(draw, REDRAWN_EVERY_MS);
    },
    end: (last) => {
      clearInterval(redrawing);
      if (last === undefined) return screen.keep();
      screen.clear();
      write(last);
    },
  };
}
