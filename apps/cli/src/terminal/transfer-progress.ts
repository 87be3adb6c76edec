import type { Palette } from "../render/palette.js";
import { transferLine } from "../render/transfer-line.js";
import type { LiveScreen } from "./live-screen.js";

/** More often nobody sees. */
const REDRAWN_AFTER_MS = 80;

interface Amounts {
  readonly bytes?: number;
  readonly files?: number;
}

/** A transfer's bar on a screen; without a screen nothing is shown. */
export class TransferProgress {
  readonly #what: string;
  readonly #screen: Pick<LiveScreen, "draw" | "clear"> | undefined;
  readonly #palette: Palette;
  readonly #now: () => number;
  readonly #done = { bytes: 0, files: 0 };
  #total: Amounts = {};
  #begunMs: number | undefined;
  #drawnMs = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds of some clock that is never set */
  constructor(
    what: string,
    screen: Pick<LiveScreen, "draw" | "clear"> | undefined,
    palette: Palette,
    now: () => number = () => performance.now(),
  ) {
    this.#what = what;
    this.#screen = screen;
    this.#palette = palette;
    this.#now = now;
  }

  /** What there is to transfer; without `files` it is one. */
  plan(total: Amounts): void {
    this.#total = total;
    this.#draw();
  }

  /** So much more of it is done. */
  advance({ bytes = 0, files = 0 }: Amounts): void {
    this.#done.bytes += bytes;
    this.#done.files += files;
    this.#draw();
  }

  /** So many bytes of it are done. */
  reach(bytes: number): void {
    this.advance({ bytes: bytes - this.#done.bytes });
  }

  /** Takes the bar away until there is more to show, so that something else can be written. */
  pause(): void {
    this.#screen?.clear();
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }

  end(): void {
    this.#screen?.clear();
  }

  #draw(): void {
    const nowMs = this.#now();
    this.#begunMs ??= nowMs;
    if (this.#screen === undefined || nowMs - this.#drawnMs < REDRAWN_AFTER_MS) return;
    this.#drawnMs = nowMs;
    const { bytes = 0, files } = this.#total;
    const view = {
      what: this.#what,
      bytes: { done: this.#done.bytes, total: bytes },
      files: files === undefined ? undefined : { done: this.#done.files, total: files },
      elapsedMs: nowMs - this.#begunMs,
    };
    this.#screen.draw(({ columns }) => transferLine(view, columns, this.#palette));
  }
}
