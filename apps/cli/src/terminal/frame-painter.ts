import { cutTo } from "../render/columns.js";

/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

// Terminals that know synchronised output show a frame at once; the others pass over it.
const BEGIN = "\u001b[?2026h\u001b[?7l";
const END = "\u001b[?7h\u001b[?2026l";
const ERASE_LINE_END = "\u001b[K";
const ERASE_BELOW = "\u001b[J";

/**
 * What to write to a terminal so that a frame takes the place of the one before.
 *
 * The cursor waits at the start of the line below the frame. Nothing above the first line of the first frame is ever touched:
 * a line that the terminal would break is cut instead, for then a frame has as many lines as it seems to have, and the
 * terminal is kept from breaking those whose characters it finds wider than thought.
 */
export class FramePainter {
  #lines = 0;

  /** @returns the writing; of a frame too high for the terminal only the upper part is in it */
  paint(frame: string, { columns, rows }: TerminalSize): string {
    const lines = frame.split("\n").slice(0, Math.max(1, rows - 2));
    const up = this.#toFirstLine();
    this.#lines = lines.length;
    const text = lines.map((line) => `${cutTo(line, Math.max(1, columns - 1))}${ERASE_LINE_END}\n`);
    return `${BEGIN}${up}${text.join("")}${ERASE_BELOW}${END}`;
  }

  /** @returns the writing that leaves nothing of the frame */
  clear(): string {
    const up = this.#toFirstLine();
    this.#lines = 0;
    return `${up}${ERASE_BELOW}`;
  }

  /** The frame stays where it is; the next one is painted below whatever there is. */
  forget(): void {
    this.#lines = 0;
  }

  #toFirstLine(): string {
    return this.#lines === 0 ? "\r" : `\r\u001b[${this.#lines}A`;
  }
}
