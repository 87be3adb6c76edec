import type { AttemptOutcome } from "@spawn/dag-core";
import type { JournalEvent } from "@spawn/status-model";
import { attemptEvents, buildJob, buildQueueCreated, buildRecords } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { Narrator } from "./narrator.js";

const failed: AttemptOutcome = { reason: "exit", exitCode: 1 };

function told(events: readonly JournalEvent[]): readonly string[] {
  return new Narrator().take(buildRecords(events), false).map(({ icon, text }) => `${icon} ${text}`);
}

describe("Narrator", () => {
  it("tells a job's life: started, failed, tried again, completed", () => {
    const flaky = buildJob("flaky", { maxAttempts: 3, retryDelayMs: 2_000 });
    expect(
      told([
        buildQueueCreated([flaky]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("flaky", 1, 0, { t: 1_000, outcome: failed }),
        { type: "backoff-elapsed", t: 3_000, job: "flaky", attempt: 1 },
        ...attemptEvents("flaky", 2, 3_000, { t: 126_000 }),
      ]),
    ).toEqual([
      "▶ flaky started (attempt 1/3)",
      "↻ flaky failed (exit code 1), attempt 2/3 in 2s",
      "▶ flaky started (attempt 2/3)",
      "✓ flaky completed in 2m 3s",
    ]);
  });

  it("tells a final failure and what it blocks", () => {
    const jobs = [buildJob("train"), buildJob("evaluate", { dependsOn: ["train"] })];
    expect(
      told([
        buildQueueCreated(jobs),
        { type: "queue-started", t: 0 },
        ...attemptEvents("train", 1, 0, { t: 5_000, outcome: { reason: "signal", signal: 9 } }),
      ]),
    ).toEqual([
      "▶ train started (attempt 1/1)",
      "✗ train failed (killed by signal 9 (SIGKILL)) in 5s, attempt 1/1",
      "⊘ evaluate blocked",
    ]);
  });

  it("tells of many jobs at once together", () => {
    const after = Array.from({ length: 8 }, (_, index) =>
      buildJob(`after-${index}`, { dependsOn: ["train"] }),
    );
    expect(
      told([
        buildQueueCreated([buildJob("train"), ...after]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("train", 1, 0, { t: 1_000, outcome: failed }),
      ]).at(-1),
    ).toBe("⊘ after-0, after-1, after-2, after-3, after-4 and 3 more blocked");
  });

  it("tells nothing twice when the records come from the start again", () => {
    const records = buildRecords([
      buildQueueCreated([buildJob("train")]),
      { type: "queue-started", t: 0 },
      ...attemptEvents("train", 1, 0, { t: 1_000 }),
    ]);
    const narrator = new Narrator();
    expect(narrator.take(records.slice(0, 3), false)).toHaveLength(1);
    expect(narrator.take(records, true).map(({ text }) => text)).toEqual(["train completed in 1s"]);
  });
});
