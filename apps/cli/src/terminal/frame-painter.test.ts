import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FramePainter } from "./frame-painter.js";

/** What a terminal shows after such writing: the little that a painter uses of one. Lines never break in it. */
function shownAfter(writing: string): readonly string[] {
  const lines: string[] = [""];
  let row = 0;
  let column = 0;
  for (const [token] of writing.matchAll(/\u001b\[\??\d*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g)) {
    const up = /^\u001b\[(\d+)A$/.exec(token);
    if (up !== null) row -= Number(up[1]);
    else if (token === "\u001b[K") lines[row] = (lines[row] ?? "").slice(0, column);
    else if (token === "\u001b[J") lines.splice(row, lines.length, (lines[row] ?? "").slice(0, column));
    else if (token === "\r") column = 0;
    else if (token === "\n") {
      row += 1;
      column = 0;
      lines[row] ??= "";
    } else if (!token.startsWith("\u001b")) {
      const old = lines[row] ?? "";
      lines[row] = old.slice(0, column) + token + old.slice(column + token.length);
      column += token.length;
    }
    if (row < 0) throw new Error("the cursor went above all that was written");
  }
  return lines;
}

const SIZE = { columns: 20, rows: 10 };

describe("FramePainter", () => {
  it("puts each frame in the place of the one before, whatever their heights", () => {
    const line = fc.stringMatching(/^[a-z]{0,12}$/);
    const frame = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
        const painter = new FramePainter();
        const writing = frames.map((each) => painter.paint(each, SIZE)).join("");
        expect(shownAfter(`above\n${writing}`)).toEqual(["above", ...(frames.at(-1) ?? "").split("\n"), ""]);
        expect(shownAfter(`above\n${writing}${painter.clear()}`)).toEqual(["above", ""]);
      }),
      { seed: 1 },
    );
  });

  it("cuts what would make the terminal break a line or scroll", () => {
    const painter = new FramePainter();
    const high = Array.from({ length: 30 }, (_, index) => `${index} ${"日本語".repeat(9)}`).join("\n");
    const shown = shownAfter(painter.paint(high, SIZE));
    expect(shown).toHaveLength(SIZE.rows - 1);
    expect(shown[0]).toBe("0 日本語日本語日本");
  });

  it("erases what was typed into the line below the frame", () => {
    const painter = new FramePainter();
    const writing = `${painter.paint("a\nb", SIZE)}^C${painter.paint("a\nc", SIZE)}`;
    expect(shownAfter(writing)).toEqual(["a", "c", ""]);
  });

  it("leaves a forgotten frame where it is", () => {
    const painter = new FramePainter();
    const first = painter.paint("a", SIZE);
    painter.forget();
    expect(shownAfter(`${first}$ fg\n${painter.paint("b", SIZE)}`)).toEqual(["a", "$ fg", "b", ""]);
  });
});
