import { describe, expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import type { DagJob } from "../input.js";
import { toText } from "./to-text.js";

/** `"b < a c"` is job b that depends on a and c. */
function jobs(...lines: readonly string[]): readonly DagJob[] {
  return lines.map((line) => {
    const [id = "", dependsOn = ""] = line.split(" < ");
    return { id, dependsOn: dependsOn.split(" ").filter((name) => name !== "") };
  });
}

function draw(list: readonly DagJob[], options?: Parameters<typeof toText>[1]): string {
  return `\n${toText(buildGraph({ jobs: list }), options)}\n`;
}

describe("toText", () => {
  test("draws a chain with its labels", () => {
    const label = (id: string): string => `${id} (15m)`;
    expect(draw(jobs("download", "preprocess < download", "train < preprocess"), { label })).toBe(`
download (15m)
   ↓
preprocess (15m)
   ↓
train (15m)
`);
  });

  test("draws a fan of three out and in", () => {
    const list = jobs(
      "download",
      "text < download",
      "image < download",
      "audio < download",
      "merge < text image audio",
    );
    expect(draw(list)).toBe(`
     download
         ↓
  ┌──────┼──────┐
  ↓      ↓      ↓
text   image  audio
  └──────┼──────┘
         ↓
       merge
`);
  });

  test("draws a fan of two with the line between them, and one of four", () => {
    const list = jobs("a", "b < a", "c < a", "d < b c", "w < d", "x < d", "y < d", "z < d");
    expect(draw(list)).toBe(`
      a
      ↓
    ┌─┴─┐
    ↓   ↓
    b   c
    └─┬─┘
      ↓
      d
      ↓
┌───┬─┴─┬───┐
↓   ↓   ↓   ↓
w   x   y   z
`);
  });

  test("starts with a wide stage", () => {
    expect(draw(jobs("left", "right", "join < left right"))).toBe(`
left    right
  └───┬───┘
      ↓
    join
`);
  });

  test("lists handlers and alwaysRun jobs below the lines", () => {
    const list: readonly DagJob[] = [
      { id: "setup", dependsOn: [] },
      { id: "process", dependsOn: ["setup"], onFailure: "notify" },
      { id: "notify", dependsOn: [] },
      { id: "report", dependsOn: ["process"], alwaysRun: true },
      { id: "cleanup", dependsOn: [], alwaysRun: true },
    ];
    expect(draw(list)).toBe(`
setup
   ↓
process

notify   if process fails
report   ← process  always
cleanup  always, last
`);
  });

  test("is a list of generations where an edge would be left out", () => {
    expect(draw(jobs("a", "b < a", "c < b a", "d < a"))).toBe(`
1  a
2  b  ← a
   d  ← a
3  c  ← b, a
`);
  });

  test("is a list where a normal job waits for a handler", () => {
    const list: readonly DagJob[] = [
      { id: "work", dependsOn: [], onFailure: "repair" },
      { id: "repair", dependsOn: [] },
      { id: "check", dependsOn: ["repair"] },
    ];
    expect(draw(list)).toBe(`
1  work
2  repair  if work fails
3  check  ← repair
`);
  });

  test("is a list where lines would be too wide, naming only some of many dependencies", () => {
    const parts = Array.from({ length: 30 }, (_, index) => `part-${index}`);
    const list = jobs("start", ...parts.map((part) => `${part} < start`), `end < ${parts.join(" ")}`);
    const lines = draw(list).trim().split("\n");
    expect(lines).toHaveLength(32);
    expect(lines[1]).toBe("2  part-0   ← start");
    expect(lines.at(-1)).toBe(`3  end  ← ${parts.slice(0, 8).join(", ")} and 22 more`);
  });

  test("is a list for jobs that have nothing to do with each other", () => {
    expect(draw(jobs("a", "b"))).toBe("\n1  a\n   b\n");
  });
});
