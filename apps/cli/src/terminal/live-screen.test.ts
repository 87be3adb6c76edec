import { WriteStream } from "node:tty";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LiveScreen } from "./live-screen.js";

const SIGNALS = ["SIGTSTP", "SIGCONT", "SIGQUIT", "exit"] as const;

/** A terminal's stream that keeps what is written. */
function terminal(size: { columns: number; rows: number }) {
  const written: string[] = [];
  const stream: WriteStream = Object.create(WriteStream.prototype, {
    columns: { value: size.columns, writable: true },
    rows: { value: size.rows, writable: true },
    write: {
      value: (text: string) => {
        written.push(text);
        return true;
      },
    },
  });
  return { stream, written };
}

const listeners = () => SIGNALS.map((signal) => process.listenerCount(signal));

describe("LiveScreen", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("hides the cursor while it draws, and shows it and listens no more in the end", () => {
    const before = listeners();
    const { stream, written } = terminal({ columns: 20, rows: 10 });
    const screen = new LiveScreen(stream);
    screen.draw(() => "one");
    screen.draw(() => "two");
    expect(written[0]).toBe("\u001b[?25l");
    expect(written.join("")).not.toContain("\u001b[?25h");
    screen.clear();
    expect(written.slice(-2)).toEqual(["\r\u001b[1A\u001b[J", "\u001b[?25h"]);
    expect(listeners()).toEqual(before);
    expect(stream.listenerCount("resize")).toBe(0);
  });

  it("leaves a kept picture, and writes nothing where none was drawn", () => {
    const { stream, written } = terminal({ columns: 20, rows: 10 });
    const screen = new LiveScreen(stream);
    screen.clear();
    expect(written).toEqual([]);
    screen.draw(() => "one");
    screen.keep();
    expect(written.at(-1)).toBe("\u001b[?25h");
    expect(written.join("")).not.toContain("\u001b[1A");
  });

  it("asks for a frame of the new size when the terminal's changes", () => {
    const { stream, written } = terminal({ columns: 20, rows: 10 });
    const screen = new LiveScreen(stream);
    screen.draw(({ columns }) => `${columns} wide`);
    stream.columns = 30;
    stream.emit("resize");
    expect(written.at(-1)).toContain("30 wide");
    screen.clear();
  });

  it("is gone while the process is stopped, and back when it goes on", () => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    const { stream, written } = terminal({ columns: 20, rows: 10 });
    const screen = new LiveScreen(stream);
    screen.draw(() => "one");
    process.emit("SIGTSTP", "SIGTSTP");
    expect(kill).toHaveBeenCalledWith(process.pid, "SIGSTOP");
    expect(written.slice(-2)).toEqual(["\r\u001b[1A\u001b[J", "\u001b[?25h"]);
    process.emit("SIGCONT", "SIGCONT");
    expect(written.at(-2)).toBe("\u001b[?25l");
    expect(written.at(-1)).toContain("one");
    screen.clear();
  });
});
