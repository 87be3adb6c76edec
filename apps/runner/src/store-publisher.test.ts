import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceLayout, processGroups } from "@spawn/attempt-runner";
import { FakeClock, seededRandom } from "@spawn/foundation";
import { folderStore, type ResultStore } from "@spawn/result-store";
import { decodeJournal, QueueFold } from "@spawn/status-model";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openQueueRun } from "./open-queue-run.js";
import type { QueueRun } from "./queue-run.js";
import { StorePublisher } from "./store-publisher.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-publisher-"));
  const layout = instanceLayout(folder);
  mkdirSync(layout.state, { recursive: true });
  const jobs = [{ job_id: "a", command: "false", retry_count: 1e6, retry_delay: "1s" }];
  writeFileSync(layout.queueFile, JSON.stringify({ queue_id: "test", jobs }));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(store: ResultStore = folderStore(join(folder, "store"))): QueueRun {
  return openQueueRun({
    root: folder,
    instanceId: "local-test",
    workingDirectory: folder,
    store,
    machine: { cpus: 1, memoryBytes: 8e9, gpus: [] },
    containment: processGroups(),
    environment: {},
    carried: [],
    clock: new FakeClock(),
    random: seededRandom(1),
  });
}

const stored = (name: string): Buffer => readFileSync(join(folder, "store/test/journal", name));

/** Whether an object is exactly this. Not by `toEqual`, which takes seconds for megabytes. */
const isStored = (name: string, bytes: Buffer): boolean => stored(name).equals(bytes);

/** Fails the job until the journal has grown by so many bytes. */
async function growBy(run: QueueRun, bytes: number): Promise<void> {
  const { journal, fold } = run.parts;
  const message = "m".repeat(20_000);
  for (let grown = 0; grown < bytes; grown += message.length) {
    const of = { t: 0, job: "a", attempt: (fold.job("a").last?.attempt ?? 0) + 1 };
    run.record({ type: "attempt-starting", ...of });
    run.record({ type: "attempt-ended", ...of, outcome: { reason: "start-failed", message }, random: 0 });
    run.record({ type: "backoff-elapsed", ...of });
  }
  await journal.sync();
}

it("stores each segment as an object of its own, to its end, and the one in force as far as it is on the disk", async () => {
  const run = open();
  const { layout, journal, fold } = run.parts;
  run.record({ type: "queue-started", t: 0 });
  await journal.sync();
  const publisher = new StorePublisher(run);
  await publisher.publishFinal();
  expect(isStored("000001.jsonl", readFileSync(layout.journal))).toBe(true);

  for (const segment of [2, 3]) {
    await growBy(run, 5_000_000);
    await journal.compact(fold);
    expect(journal.segment).toBe(segment);
  }
  run.record({ type: "warning", t: 0, message: "on the disk" });
  await journal.sync();
  run.record({ type: "warning", t: 0, message: "only written" });
  journal.write();
  const durable = readFileSync(layout.journal).subarray(0, journal.syncedBytes);
  await publisher.publishFinal();
  expect(isStored("000001.jsonl", readFileSync(layout.journalSegment(1)))).toBe(true);
  expect(isStored("000002.jsonl", readFileSync(layout.journalSegment(2)))).toBe(true);
  expect(isStored("000003.jsonl", durable)).toBe(true);
  expect(durable.toString()).toContain("on the disk");
  expect(durable.toString()).not.toContain("only written");

  await journal.sync();
  await publisher.publishFinal();
  const latest = new QueueFold();
  for (const record of decodeJournal(stored("000003.jsonl")).records) latest.apply(record);
  expect(latest.snapshot()).toEqual(fold.snapshot());
  run.close();
});

it("keeps the segment in force while it is on its way into the store", async () => {
  const through: (() => void)[] = [];
  const store = folderStore(join(folder, "store"));
  const grow = store.growIfUnchanged.bind(store);
  vi.spyOn(store, "growIfUnchanged").mockImplementation(async (...of) => {
    await new Promise<void>((resolve) => through.push(resolve));
    return await grow(...of);
  });
  const run = open(store);
  run.record({ type: "queue-started", t: 0 });
  await run.parts.journal.sync();
  const publisher = new StorePublisher(run);
  publisher.heartbeat();
  await vi.waitUntil(() => through.length === 1);
  const { journal, fold, layout } = run.parts;
  await growBy(run, 5_000_000);
  await journal.compact(fold);
  expect(journal.segment).toBe(1);
  const publishing = publisher.publishFinal();
  through[0]?.();
  await vi.waitUntil(() => through.length === 2);
  through[1]?.();
  await publishing;
  expect(isStored("000001.jsonl", readFileSync(layout.journal))).toBe(true);
  await journal.compact(fold);
  expect(journal.segment).toBe(2);
  run.close();
});
