import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type InstanceLayout, instanceLayout } from "@spawn/attempt-runner";
import { FakeClock } from "@spawn/foundation";
import { encodeHeader, encodeRecord, type JournalEvent, QueueFold } from "@spawn/status-model";
import { attemptEvents, buildJob, buildQueueCreated } from "@spawn/status-model/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JournalReader } from "./journal-reader.js";
import { LocalQueue } from "./local-queue.js";

let root: string;
let layout: InstanceLayout;
let journal: GrowingJournal;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "spawn-reader-"));
  layout = instanceLayout(root);
  mkdirSync(dirname(layout.journal), { recursive: true });
  journal = new GrowingJournal();
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Writes as a runner does. */
class GrowingJournal {
  readonly fold = new QueueFold();
  #seq = 0;
  #segment = 1;

  begin(): void {
    writeFileSync(layout.journal, encodeHeader());
    this.append(buildQueueCreated([buildJob("a", { maxAttempts: 9 }), buildJob("b", { dependsOn: ["a"] })]), {
      type: "queue-started",
      t: 0,
    });
  }

  append(...events: readonly JournalEvent[]): void {
    for (const event of events) {
      this.#seq += 1;
      const record = { seq: this.#seq, at: event.t, event };
      this.fold.apply(record);
      appendFileSync(layout.journal, encodeRecord(record));
    }
  }

  beginSegment(): void {
    this.#seq += 1;
    this.#segment += 1;
    const { at, t } = this.fold.latest ?? { at: 0, t: 0 };
    const event = { type: "snapshot", t, segment: this.#segment, state: this.fold.snapshot() } as const;
    writeFileSync(`${layout.journal}.next`, encodeHeader() + encodeRecord({ seq: this.#seq, at, event }));
    linkSync(layout.journal, layout.journalSegment(this.#segment - 1));
    renameSync(`${layout.journal}.next`, layout.journal);
  }
}

const failed = { reason: "exit", exitCode: 1 } as const;
const failedAttempt = (attempt: number): readonly JournalEvent[] => [
  ...attemptEvents("a", attempt, attempt * 100_000, { t: attempt * 100_000 + 1, outcome: failed }),
  { type: "backoff-elapsed", t: attempt * 100_000 + 60_001, job: "a", attempt },
];

function seqs(reader: JournalReader): readonly number[] {
  return reader.read().map(({ seq }) => seq);
}

describe("JournalReader", () => {
  it("waits for a journal that is not there yet", () => {
    const reader = new JournalReader(layout);
    expect(reader.read()).toEqual([]);
    expect(reader.hasBegun).toBe(false);
    journal.begin();
    expect(seqs(reader)).toEqual([1, 2]);
    expect(seqs(reader)).toEqual([]);
  });

  it("misses no record where segments begin between two looks, and repeats none", () => {
    journal.begin();
    const reader = new JournalReader(layout);
    expect(seqs(reader)).toEqual([1, 2]);
    journal.append(...failedAttempt(1));
    journal.beginSegment();
    journal.append(...failedAttempt(2));
    journal.beginSegment();
    journal.append({ type: "warning", t: 300_000, message: "late" });
    expect(seqs(reader)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    journal.append({ type: "warning", t: 300_000, message: "later" });
    journal.beginSegment();
    expect(seqs(reader)).toEqual([14, 15]);
  });

  it("begins with the segment in force, so with its snapshot", () => {
    journal.begin();
    journal.beginSegment();
    journal.append(...failedAttempt(1));
    expect(seqs(new JournalReader(layout))).toEqual([3, 4, 5, 6, 7]);
  });
});

describe("LocalQueue", () => {
  it("shows the same from a snapshot as from the beginning", () => {
    journal.begin();
    const follower = new LocalQueue(root, new FakeClock());
    follower.refresh();
    journal.append(...failedAttempt(1), ...attemptEvents("a", 2, 200_000));
    journal.beginSegment();
    const fresh = new LocalQueue(root, new FakeClock());
    for (const queue of [follower, fresh]) expect(queue.refresh().restarted).toBe(false);
    expect(fresh.status()).toEqual(follower.status());
    expect(follower.fold.snapshot()).toEqual(journal.fold.snapshot());
    expect(fresh.status()).toMatchObject({ status: "interrupted", jobs: { running: 1, pending: 1 } });
  });

  it("begins again from the snapshot where the segments before it were removed", () => {
    journal.begin();
    const queue = new LocalQueue(root, new FakeClock());
    queue.refresh();
    journal.append(...failedAttempt(1));
    journal.beginSegment();
    rmSync(layout.journalSegment(1));
    const { records, restarted } = queue.refresh();
    expect(restarted).toBe(true);
    expect(records.map(({ seq }) => seq)).toEqual([7]);
    expect(queue.fold.snapshot()).toEqual(journal.fold.snapshot());
  });

  it("begins again where a new runner has cut a torn end off", () => {
    journal.begin();
    const { size } = statSync(layout.journal);
    appendFileSync(layout.journal, '{"seq":3,"at":7,"t"');
    const queue = new LocalQueue(root, new FakeClock());
    expect(queue.refresh().records).toHaveLength(2);
    truncateSync(layout.journal, size);
    journal.append(...failedAttempt(1));
    expect(queue.refresh()).toMatchObject({ restarted: true, records: { length: 6 } });
  });
});
