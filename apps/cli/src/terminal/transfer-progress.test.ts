import { describe, expect, it } from "vitest";
import { paletteOf } from "../render/palette.js";
import type { FrameOf } from "./live-screen.js";
import { TransferProgress } from "./transfer-progress.js";

function shown() {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const screen = {
    draw: (frameOf: FrameOf) => void lines.push(frameOf({ columns: 60, rows: 10 })),
    clear: () => void lines.push("(clear)"),
  };
  return { lines, clock, progress: new TransferProgress("Up", screen, paletteOf(false), () => clock.ms) };
}

describe("the progress of a transfer", () => {
  it("is drawn as it grows, and not more often than anybody sees", () => {
    const { lines, clock, progress } = shown();
    progress.plan({ bytes: 1000 });
    for (clock.ms = 1; clock.ms <= 100; clock.ms += 1) progress.reach(clock.ms * 10);
    progress.end();
    expect(lines.map((line) => / ([\d]+ %)/.exec(line)?.[1] ?? line)).toEqual(["0 %", "80 %", "(clear)"]);
  });

  it("makes room for other words", () => {
    const { lines, progress } = shown();
    progress.plan({ bytes: 10, files: 2 });
    progress.pause();
    progress.advance({ bytes: 5, files: 1 });
    expect(lines.at(-1)).toContain("5 B of 10 B, 1 of 2 files");
  });

  it("shows nothing where there is no screen", () => {
    const progress = new TransferProgress("Up", undefined, paletteOf(false));
    progress.plan({ bytes: 10 });
    progress.advance({ bytes: 5 });
    progress.end();
  });
});
