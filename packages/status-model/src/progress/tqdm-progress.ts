import { type Progress, progressOf } from "./progress.js";

/** `45%|████▌     | 45/100 [00:12<00:15,  3.5it/s]`, with or without a description before it; counts may be `1.2k`. */
const TQDM = /\d{1,3}%\|[^|]*\|\s*(\d+(?:\.\d+)?)([kMGT]?)\/(\d+(?:\.\d+)?)([kMGT]?)B?\s*\[/g;

const SCALE: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** Reads the last tqdm bar of a line. */
export function tqdmProgress(line: string): Progress | undefined {
  let last: Progress | undefined;
  for (const [, done = "", doneScale = "", total = "", totalScale = ""] of line.matchAll(TQDM)) {
    const label = `${done}${doneScale}/${total}${totalScale}`;
    last =
      progressOf(label, Number(done) * (SCALE[doneScale] ?? 1), Number(total) * (SCALE[totalScale] ?? 1)) ??
      last;
  }
  return last;
}
