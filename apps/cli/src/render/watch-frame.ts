import type { QueueStatus } from "@spawn/status-model";
import type { TerminalSize } from "../terminal/frame-painter.js";
import { type LiveViewOptions, liveView } from "./live-view.js";

const FOOTER = "Ctrl-C stops watching. The queue goes on.";

/** What of a watched queue's status fits on the terminal with a line to spare above: all of `text`, else what is most urgent. */
export function watchFrame(
  text: string,
  status: QueueStatus,
  { size, ...options }: { readonly size: TerminalSize } & Pick<LiveViewOptions, "palette" | "seenMs">,
): string {
  if (text.split("\n").length <= size.rows - 2) return text;
  return liveView(status, { ...size, ...options, footer: FOOTER });
}
