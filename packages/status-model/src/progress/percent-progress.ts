import { type Progress, progressOf } from "./progress.js";

const PERCENT = "(?<!\\d|\\d\\.|[-+])(\\d{1,3}(?:\\.\\d+)?)\\s?%";
const BAR = "[|\\[\\]#=>\\-\\u2500-\\u259f\\s.…]";
const WORK =
  "(?:down|up)?loading|processing|training|evaluating|copying|extracting|unpacking|building|compiling|encoding|transcoding|rendering|converting|importing|exporting|indexing|compressing|installing|fetching|syncing|scanning";

/**
 * Where a percentage is progress. Elsewhere (`Accuracy: 87.6%`, `95% confidence`) it says something about the work and
 * not how much of it is done.
 */
const PATTERNS: readonly RegExp[] = [
  // The line is nothing but the percentage and perhaps its bar.
  new RegExp(`^${BAR}*${PERCENT}${BAR}*$`, "g"),
  // A bar follows: `52% [=====>    ]`, `45%|####`, `45% ━━━━`.
  new RegExp(`${PERCENT}\\s*(?:\\||\\[[#=>\\-. ]|[\\u2500-\\u259f])`, "g"),
  // A bar is before it: `[=====>    ] 52%`, `━━━━ 45%`.
  new RegExp(`(?:[#=>\\-. ]{2}\\]|[\\u2500-\\u259f])\\s*${PERCENT}`, "g"),
  // `[ 52%] Building`
  new RegExp(`\\[\\s*${PERCENT}\\s*\\]`, "g"),
  new RegExp(`\\bprogress\\b[^%\\d]{0,20}${PERCENT}`, "gi"),
  new RegExp(`\\b(?:${WORK}|completed?|done|finished)\\b[\\s:.…=-]*${PERCENT}`, "gi"),
  new RegExp(`${PERCENT}\\s+(?:completed?|done|finished|processed|(?:down|up)loaded)\\b`, "gi"),
];

/** Reads the last percentage of a line that tells progress. */
export function percentProgress(line: string): Progress | undefined {
  let last: { readonly end: number; readonly progress: Progress } | undefined;
  for (const pattern of PATTERNS) {
    for (const match of line.matchAll(pattern)) {
      const [whole, percent = ""] = match;
      const end = match.index + whole.length;
      const progress = progressOf(`${percent}%`, Number(percent), 100);
      if (progress !== undefined && end >= (last?.end ?? 0)) last = { end, progress };
    }
  }
  return last?.progress;
}
