import { pendingEffects } from "@spawn/dag-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeJournal } from "../journal/decoder.js";
import type { JournalRecord } from "../journal-events.js";
import { queueStatus } from "../status/queue-status-of.js";
import { arbitraryRun } from "../testing/arbitrary-run.js";
import { buildJournal, buildRecords, foldOf } from "../testing/journals.js";
import { firstPipelineRunning } from "../testing/pipelines.js";
import { QueueFold } from "./queue-fold.js";

const LONG = process.env.SPAWN_LONG === "1";
const RUNS = { seed: 5, numRuns: LONG ? 2000 : 40 };

/** The record that would begin a segment after what the fold has seen. */
function snapshotRecord(fold: QueueFold, seq: number): JournalRecord {
  const latest = fold.latest ?? { at: 0, t: 0 };
  const event = { type: "snapshot", t: latest.t, segment: 2, state: fold.snapshot() } as const;
  return { seq, at: latest.at, event };
}

function throughJournal(record: JournalRecord): QueueFold {
  const fold = new QueueFold();
  for (const read of decodeJournal(buildJournal([record])).records) fold.apply(read);
  return fold;
}

/** All that can be seen of a fold. */
function visible(fold: QueueFold): unknown {
  const { at: wallMs, t } = fold.latest ?? { at: 0, t: 0 };
  return {
    status: queueStatus(fold, { wallMs, t, runner: "alive", timeZone: "UTC" }),
    effects: pendingEffects(fold.scheduler),
    outdated: fold.outdatedJobs(),
    runner: fold.runner,
    finished: fold.finished,
    jobs: fold.created.jobs.map(({ id }) => {
      const { attempts, forgotten, firstStarted, results, rerun } = fold.job(id);
      return { attempts: [...attempts], forgotten, firstStarted, results, rerun };
    }),
  };
}

describe("a snapshot", { timeout: LONG ? 600_000 : 30_000 }, () => {
  it("and what follows it are worth all records, wherever it is taken", () => {
    fc.assert(
      fc.property(arbitraryRun({ maxJobs: 6, globalTimeout: true }), (events) => {
        const whole = new QueueFold();
        let fromBefore: QueueFold | undefined;
        for (const record of buildRecords(events)) {
          const effects = whole.apply(record);
          if (fromBefore !== undefined) {
            expect(fromBefore.apply(record)).toEqual(effects);
            expect(visible(fromBefore)).toEqual(visible(whole));
          }
          const restored = throughJournal(snapshotRecord(whole, record.seq + 1));
          expect(visible(restored)).toEqual(visible(whole));
          expect(restored.snapshot()).toEqual(whole.snapshot());
          fromBefore = restored;
        }
      }),
      RUNS,
    );
  });

  it("goes on to the same end, wherever it is taken", () => {
    fc.assert(
      fc.property(arbitraryRun(), fc.nat(), (events, place) => {
        const records = buildRecords(events);
        const cut = 1 + (place % records.length);
        const whole = foldOf(events.slice(0, cut));
        const restored = throughJournal(snapshotRecord(whole, cut + 1));
        for (const record of records.slice(cut)) {
          expect(restored.apply(record)).toEqual(whole.apply(record));
        }
        expect(visible(restored)).toEqual(visible(whole));
      }),
      { ...RUNS, numRuns: RUNS.numRuns * 5 },
    );
  });

  it("says nothing new to a fold that has seen what it stands for", () => {
    const fold = foldOf(firstPipelineRunning());
    const before = visible(fold);
    expect(fold.apply(snapshotRecord(fold, 100))).toEqual([]);
    expect(visible(fold)).toEqual(before);
  });

  it("is not changed by what happens after it was taken", () => {
    const fold = foldOf(firstPipelineRunning());
    const snapshot = fold.snapshot();
    const before = JSON.stringify(snapshot);
    const t = 20_000;
    const end = { job: "step2", attempt: 1, outcome: { reason: "exit", exitCode: 1 }, random: 0 } as const;
    fold.apply({ seq: 100, at: 0, event: { type: "attempt-ended", t, ...end } });
    fold.apply({ seq: 101, at: 0, event: { type: "warning", t, message: "late" } });
    expect(JSON.stringify(snapshot)).toBe(before);
  });

  it("stands for everything only where everything was understood", () => {
    const fold = foldOf(firstPipelineRunning());
    expect(fold.knowsAll).toBe(true);
    fold.apply({
      seq: 100,
      at: 0,
      event: { type: "unknown", t: 20_000, original: { type: "moon-phase" } },
    });
    expect(fold.knowsAll).toBe(false);
  });
});
