import { queueStatus } from "@spawn/status-model";
import {
  attemptEvents,
  buildJob,
  buildQueueCreated,
  firstPipelineRunning,
  foldOf,
  START_AT,
} from "@spawn/status-model/testing";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { liveView } from "./live-view.js";
import { paletteOf } from "./palette.js";

type Events = Parameters<typeof foldOf>[0];

function view(
  events: Events,
  t: number,
  size: { columns: number; rows: number },
  output: string[] = [],
): string {
  const status = queueStatus(foldOf(events), {
    wallMs: START_AT + t,
    t,
    runner: "alive",
    live: new Map([
      ["step2", { recentOutput: output, progress: { label: "Epoch 5/10", done: 5, total: 10 } }],
    ]),
  });
  return liveView(status, { ...size, palette: paletteOf(false), footer: "Ctrl-C cancels." });
}

describe("liveView", () => {
  it("shows every job in few words, and what runs prints", () => {
    const frame = view(firstPipelineRunning(), 15_000, { columns: 80, rows: 24 }, ["[10:00:11] Epoch 5/10"]);
    expect(`\n${frame}\n`).toBe(`
first-pipeline  running  15s
3 total, 1 completed, 1 running, 1 pending

  ✓ step1   completed   10s
  ▶ step2   running     5s  Epoch 5/10 (50%), ~5s left
  ⏸ step3   pending     after step2

  Current Job (step2)
  │ [10:00:11] Epoch 5/10

Ctrl-C cancels.
`);
  });

  it("lets nothing that a job prints move the cursor", () => {
    const nasty = "a\u001b[2J\u001b[1;1Hb\rc\u0007d\te";
    const frame = view(firstPipelineRunning(), 15_000, { columns: 80, rows: 24 }, [nasty]);
    expect(frame).toContain("  │ abcd  e\n");
    expect(frame).not.toMatch(/[\u001b\r\u0007\t]/);
  });

  it.each([
    { columns: 20, rows: 10 },
    { columns: 40, rows: 24 },
    { columns: 120, rows: 12 },
  ])("stays within a terminal of %o", (size) => {
    const many = Array.from({ length: 60 }, (_, index) =>
      buildJob(`job-${index}-日本語`, { maxAttempts: 2 }),
    );
    const events: Events = [
      buildQueueCreated(many),
      { type: "queue-started", t: 0 },
      ...attemptEvents("job-40-日本語", 1, 0),
      ...attemptEvents("job-50-日本語", 1, 0, { t: 10, outcome: { reason: "exit", exitCode: 1 } }),
    ];
    const lines = view(events, 1_000, size).split("\n");
    expect(lines.length).toBeLessThan(size.rows - 1);
    for (const line of lines) expect(stringWidth(line)).toBeLessThan(size.columns);
  });

  it("keeps the most urgent jobs where not all fit, and counts the others", () => {
    const many = Array.from({ length: 30 }, (_, index) => buildJob(`job-${index}`));
    const events: Events = [
      buildQueueCreated(many),
      { type: "queue-started", t: 0 },
      ...attemptEvents("job-0", 1, 0, { t: 10 }),
      ...attemptEvents("job-29", 1, 10),
    ];
    const frame = view(events, 1_000, { columns: 80, rows: 12 });
    expect(frame).toContain("job-29");
    expect(frame).not.toContain("job-0 ");
    expect(frame).toContain("… 26 more: 1 completed, 25 pending");
  });
});
