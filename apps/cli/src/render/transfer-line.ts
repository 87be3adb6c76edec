import { formatDuration, formatSize } from "@spawn/foundation";
import stringWidth from "string-width";
import { cutTo } from "./columns.js";
import type { Palette } from "./palette.js";

/** By the columns that a terminal has at least: a bar's width must not depend on the words behind it. */
const BARS: readonly (readonly [columns: number, width: number])[] = [
  [110, 30],
  [96, 20],
  [60, 12],
];
/** Before that a rate says nothing. */
const RATE_AFTER_MS = 1_000;

/** How far a transfer is. */
export interface TransferView {
  /** `Fetching` */
  readonly what: string;
  readonly bytes: { readonly done: number; readonly total: number };
  readonly files?: { readonly done: number; readonly total: number } | undefined;
  /** Milliseconds since it began. */
  readonly elapsedMs: number;
}

/** `Fetching ███████░░░░░░░ 43 %  120 MB of 280 MB, 12 of 30 files, 35 MB/s, 4s left`, in one line of the terminal. */
export function transferLine(view: TransferView, columns: number, palette: Palette): string {
  const { what, bytes, files } = view;
  const share = bytes.total === 0 ? 1 : Math.min(1, Math.max(0, bytes.done / bytes.total));
  const width = BARS.find(([least]) => columns >= least)?.[1] ?? 0;
  const bar = width === 0 ? "" : ` ${barOf(share, width, palette)}`;
  const head = `${what}${bar} ${String(Math.floor(share * 100)).padStart(3)} %  `;
  const amount = `${formatSize(bytes.done)} of ${formatSize(bytes.total)}`;
  const count = files === undefined ? [] : [`${files.done} of ${files.total} files`];
  const lines = [
    [amount, ...count, ...paceWords(view)],
    [amount, ...paceWords(view)],
  ].map((words) => `${head}${words.join(", ")}`);
  // One column stays free: what fills a line to its end wraps on some terminals.
  return cutTo(lines.find((line) => stringWidth(line) < columns) ?? lines[1] ?? "", columns - 1);
}

function barOf(share: number, width: number, palette: Palette): string {
  const full = Math.floor(share * width);
  return palette.busy("█".repeat(full)) + palette.faint("░".repeat(width - full));
}

function paceWords({ bytes, elapsedMs }: TransferView): readonly string[] {
  if (elapsedMs < RATE_AFTER_MS || bytes.done <= 0) return [];
  const perSecond = (bytes.done / elapsedMs) * 1000;
  const left = bytes.total - bytes.done;
  const wait = left > 0 ? [`${formatDuration((left / perSecond) * 1000 + 999)} left`] : [];
  return [`${formatSize(perSecond)}/s`, ...wait];
}
