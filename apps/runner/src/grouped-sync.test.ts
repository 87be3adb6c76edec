import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceLayout, processGroups } from "@spawn/attempt-runner";
import { FakeClock, seededRandom } from "@spawn/foundation";
import { folderStore } from "@spawn/result-store";
import { decodeJournal, type JournalEvent } from "@spawn/status-model";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openQueueRun } from "./open-queue-run.js";
import type { QueueRun } from "./queue-run.js";
import { runQueue } from "./run-queue.js";

const seen = vi.hoisted(() => ({ syncs: 0, onStart: (): void => undefined }));

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const fdatasync: typeof fs.fdatasync = Object.assign(
    (fd: number, done: (error: NodeJS.ErrnoException | null) => void) => {
      seen.syncs += 1;
      fs.fdatasync(fd, done);
    },
    { __promisify__: fs.fdatasync.__promisify__ },
  );
  return { ...fs, fdatasync };
});

vi.mock("node:child_process", async (importOriginal) => {
  const processes = await importOriginal<typeof import("node:child_process")>();
  return {
    ...processes,
    spawn: (...call: Parameters<typeof processes.spawn>) => {
      if (call[2]?.env?.JOB_ID !== undefined) seen.onStart();
      return processes.spawn(...call);
    },
  };
});

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-sync-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(jobs: readonly object[]): QueueRun {
  const layout = instanceLayout(folder);
  mkdirSync(layout.state, { recursive: true });
  writeFileSync(layout.queueFile, JSON.stringify({ queue_id: "test", max_parallel: 3, jobs }));
  return openQueueRun({
    root: folder,
    instanceId: "local-test",
    workingDirectory: folder,
    store: folderStore(join(folder, "store")),
    machine: { cpus: 3, memoryBytes: 8e9, gpus: [] },
    environment: { PATH: process.env.PATH },
    carried: [],
    containment: processGroups(),
    clock: new FakeClock(),
    random: seededRandom(1),
  });
}

/** The events that would survive the loss of the machine's power right now. */
function durableEvents({ parts }: QueueRun): readonly JournalEvent["type"][] {
  const bytes = readFileSync(parts.layout.journal).subarray(0, parts.journal.syncedBytes);
  return decodeJournal(bytes).records.flatMap(({ event }) => (event.type === "unknown" ? [] : [event.type]));
}

/** Runs a queue to its end; says how many syncs had been made at each start, and how many turns the loop took. */
async function watchRun(jobs: readonly object[]) {
  const run = open(jobs);
  let turns = 1;
  const take = run.inbox.take.bind(run.inbox);
  vi.spyOn(run.inbox, "take").mockImplementation(() => {
    turns += 1;
    return take();
  });
  const syncsAtStart: number[] = [];
  const durableAtStart: number[] = [];
  seen.onStart = () => {
    syncsAtStart.push(seen.syncs);
    durableAtStart.push(durableEvents(run).filter((type) => type === "attempt-starting").length);
  };
  seen.syncs = 0;
  const outcome = await runQueue(run, [{ event: { type: "queue-started" } }]);
  run.close();
  expect(outcome.state).toBe("completed");
  expect(durableEvents(run).filter((type) => type === "results-stored")).toHaveLength(jobs.length);
  return { turns, syncs: seen.syncs, syncsAtStart, durableAtStart };
}

it("puts all starts of a turn on the disk with one sync, before the first of them", async () => {
  const jobs = ["a", "b", "c"].map((job_id) => ({ job_id, command: "true" }));
  const { syncsAtStart, durableAtStart } = await watchRun(jobs);
  expect(syncsAtStart).toEqual([1, 1, 1]);
  expect(durableAtStart).toEqual([3, 3, 3]);
});

it("syncs once for an end and the start that follows, and not for stored results", async () => {
  // Each job waits until the results of those before it are in the journal: a turn of the loop for themselves.
  const stored = (count: number): string =>
    `until [ "$(grep -c results-stored ${instanceLayout(folder).journal})" -ge ${count} ]; do sleep 0.01; done`;
  const jobs = [0, 1, 2, 3, 4].map((place) => ({
    job_id: `j${place}`,
    command: stored(place),
    depends_on: place === 0 ? [] : [`j${place - 1}`],
  }));
  const { turns, syncs, syncsAtStart, durableAtStart } = await watchRun(jobs);
  expect(syncsAtStart).toEqual([1, 2, 3, 4, 5]);
  expect(durableAtStart).toEqual([1, 2, 3, 4, 5]);
  // One more for the last end, and one for the end of the queue.
  expect(syncs).toBe(jobs.length + 2);
  expect(turns).toBeGreaterThanOrEqual(2 * jobs.length);
});
