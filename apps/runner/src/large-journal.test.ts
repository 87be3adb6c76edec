import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { instanceLayout } from "@spawn/attempt-runner";
import { counts } from "@spawn/dag-core";
import { FakeClock } from "@spawn/foundation";
import { decodeJournal, encodeRecord, type JournalEvent, QueueFold } from "@spawn/status-model";
import { buildJob, buildQueueCreated } from "@spawn/status-model/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJournal } from "./open-journal.js";

const JOBS = process.env.SPAWN_LONG === "1" ? 100_000 : 20_000;
/** How many jobs end between two turns of the loop. */
const BATCH = 500;
/** A snapshot is taken when the segment is longer than four times what it began with. */
const GROWTH = 4;
const LEAST_BYTES = 4 * 1024 * 1024;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-large-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** All that a job that just completes leaves in the journal. */
function eventsOf(job: string, t: number): readonly JournalEvent[] {
  const of = { t, job, attempt: 1 };
  return [
    { type: "attempt-starting", ...of },
    { type: "attempt-started", ...of, pid: 1000, pidStart: t },
    { type: "attempt-usage", ...of, peakMemoryBytes: 4096, cpuSeconds: 0.5 },
    { type: "attempt-ended", ...of, outcome: { reason: "exit", exitCode: 0 }, random: 0 },
    { type: "results-stored", ...of, files: 1, bytes: 10 },
  ];
}

it(
  `of ${JOBS} jobs stays in proportion to what happened, and gives it all back`,
  async () => {
    const paths = instanceLayout(folder);
    mkdirSync(dirname(paths.journal), { recursive: true });
    const clock = new FakeClock();
    const fold = new QueueFold();
    const { writer } = openJournal(paths, clock);
    let happened = 0;
    const record = (event: JournalEvent): void => {
      const appended = writer.append(event, event.t);
      happened += encodeRecord(appended).length;
      fold.apply(appended);
    };
    const ids = Array.from({ length: JOBS }, (_, i) => `job-${i}`);
    record(buildQueueCreated(ids.map((id) => buildJob(id))));
    record({ type: "queue-started", t: 0 });
    let longest = 0;
    for (let from = 0; from < JOBS; from += BATCH) {
      for (const id of ids.slice(from, from + BATCH)) for (const event of eventsOf(id, from)) record(event);
      await writer.sync();
      longest = Math.max(longest, statSync(paths.journal).size);
      await writer.compact(fold);
    }
    writer.close();

    const files = readdirSync(dirname(paths.journal)).filter((name) => name.startsWith("journal"));
    const written = files.reduce((sum, name) => sum + statSync(join(dirname(paths.journal), name)).size, 0);
    const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    console.log(
      `${JOBS} jobs: ${mib(happened)} of records, ${mib(written)} written in ${files.length} segments, the longest ${mib(longest)}`,
    );
    expect(written).toBeLessThan(2 * happened);
    const snapshotBytes = JSON.stringify(fold.snapshot()).length;
    expect(longest).toBeLessThan(Math.max(LEAST_BYTES, GROWTH * snapshotBytes) * 1.25);

    const next = new QueueFold();
    for (const read of decodeJournal(readFileSync(paths.journal)).records) next.apply(read);
    expect(counts(next.scheduler)).toMatchObject({ completed: JOBS, total: JOBS });
    expect(next.snapshot()).toEqual(fold.snapshot());
  },
  process.env.SPAWN_LONG === "1" ? 600_000 : 60_000,
);
