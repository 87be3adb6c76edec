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

/** A picture as high as the terminal at most; the last status is written in full in its place. */
export function drawnDisplay(
  screen: Pick<LiveScreen, "draw" | "clear" | "keep">,
  frame: (status: QueueStatus, size: TerminalSize) => string,
  write: (status: QueueStatus) => void,
): WatchDisplay {
  return {
    show: (status) => screen.draw((size) => frame(status, size)),
    end: (last) => {
      if (last === undefined) return screen.keep();
      screen.clear();
      write(last);
    },
  };
}
