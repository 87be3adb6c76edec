import { FramePainter, type TerminalSize } from "./frame-painter.js";
import { silenceEcho } from "./terminal-echo.js";

/** A frame for a terminal of this size. */
export type FrameOf = (size: TerminalSize) => string;

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const USUAL_SIZE: TerminalSize = { columns: 80, rows: 24 };

/**
 * A picture that is drawn over on a terminal, from the first `draw` until `clear` or `keep`. Meanwhile the terminal echoes
 * nothing and shows no cursor; it is itself again while the process is stopped (Ctrl-Z), and whenever the process exits.
 */
export class LiveScreen {
  readonly #stream: NodeJS.WriteStream;
  readonly #painter = new FramePainter();
  #frameOf: FrameOf | undefined;
  #restoreEcho: () => void = () => undefined;
  /** From Ctrl-Z until the process is told that it goes on. */
  #stopped = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  draw(frameOf: FrameOf): void {
    if (this.#frameOf === undefined) {
      this.#takeTerminal();
      this.#listen();
    }
    this.#frameOf = frameOf;
    this.#redraw();
  }

  /** Ends the picture and leaves nothing of it. */
  clear(): void {
    if (this.#frameOf === undefined) return;
    this.#stream.write(this.#painter.clear());
    this.keep();
  }

  /** Ends the picture and leaves it standing as it is. */
  keep(): void {
    if (this.#frameOf === undefined) return;
    this.#frameOf = undefined;
    this.#painter.forget();
    this.#unlisten();
    this.#giveTerminalBack();
  }

  #takeTerminal(): void {
    this.#restoreEcho = silenceEcho();
    this.#stream.write(HIDE_CURSOR);
  }

  readonly #giveTerminalBack = (): void => {
    this.#stream.write(SHOW_CURSOR);
    this.#restoreEcho();
    this.#restoreEcho = () => undefined;
  };

  readonly #redraw = (): void => {
    if (this.#frameOf === undefined || this.#stopped) return;
    const { columns = USUAL_SIZE.columns, rows = USUAL_SIZE.rows } = this.#stream;
    const size = { columns, rows };
    this.#stream.write(this.#painter.paint(this.#frameOf(size), size));
  };

  /** A handler keeps the signal from stopping the process, so the process does it itself, with what no handler gets. */
  readonly #stop = (): void => {
    this.#stream.write(this.#painter.clear());
    this.#giveTerminalBack();
    this.#stopped = true;
    process.kill(process.pid, "SIGSTOP");
  };

  readonly #continue = (): void => {
    this.#stopped = false;
    // Where another stopped the process, the frame is still there, and other writing below it.
    this.#painter.forget();
    this.#giveTerminalBack();
    this.#takeTerminal();
    this.#redraw();
  };

  readonly #quit = (): void => {
    this.clear();
    process.kill(process.pid, "SIGQUIT");
  };

  #listen(): void {
    this.#stream.on("resize", this.#redraw);
    process.on("SIGTSTP", this.#stop);
    process.on("SIGCONT", this.#continue);
    process.on("SIGQUIT", this.#quit);
    process.on("exit", this.#giveTerminalBack);
  }

  #unlisten(): void {
    this.#stream.off("resize", this.#redraw);
    process.off("SIGTSTP", this.#stop);
    process.off("SIGCONT", this.#continue);
    process.off("SIGQUIT", this.#quit);
    process.off("exit", this.#giveTerminalBack);
  }
}
