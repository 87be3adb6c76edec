import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@spawn/foundation";
import { MemoryStore } from "@spawn/result-store/testing";
import type { JournalEvent } from "@spawn/status-model";
import { buildJob, buildJournal, buildQueueCreated, buildRecords } from "@spawn/status-model/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { QueueHold } from "../queue-hold.js";
import { StateObjects } from "../state-objects.js";
import { claimTakeover } from "./claim-takeover.js";
import { fenceJournal } from "./fence-journal.js";
import { readStoredJournal, type StoredJournal, segmentKey } from "./stored-journal.js";

let store: MemoryStore;
let folder: string;
let old: StateObjects;

beforeEach(async () => {
  store = new MemoryStore();
  folder = mkdtempSync(join(tmpdir(), "spawn-fence-"));
  old = objectsOf("i-1");
  await old.growJournal(segmentKey("q", 1), journal(1));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function journalBytes(warnings: number): Uint8Array {
  const warning = (_: unknown, index: number): JournalEvent => ({
    type: "warning",
    t: 0,
    message: `${index}`,
  });
  const events = [buildQueueCreated([buildJob("a")]), ...Array.from({ length: warnings }, warning)];
  return buildJournal(buildRecords(events));
}

/** A file with a journal of so many warnings behind its first record. */
function journal(warnings: number): string {
  const path = join(folder, `${warnings}.jsonl`);
  writeFileSync(path, journalBytes(warnings));
  return path;
}

function objectsOf(instanceId: string): StateObjects {
  const hold = new QueueHold({ store, queueId: "q", instanceId, clock: new FakeClock() });
  return new StateObjects({ store, queueId: "q", hold });
}

async function fence(instanceId: string, epoch = 0): Promise<StoredJournal> {
  await claimTakeover(store, { queueId: "q", epoch, instanceId, wallMs: 0 });
  return await fenceJournal(store, { queueId: "q", instanceId, wallMs: 0 }, () => undefined);
}

const refused = { code: "already-running" };

describe("a journal that was shut", () => {
  it("says what it said, and takes no more from its old runner: no records, no further segment", async () => {
    const shut = await fence("i-2");
    expect(shut.fold.warnings).toHaveLength(1);
    await expect(old.growJournal(segmentKey("q", 1), journal(5))).rejects.toMatchObject(refused);
    await expect(old.growJournal(segmentKey("q", 2), journal(6))).rejects.toMatchObject(refused);
    const now = await readStoredJournal(store, "q");
    expect([now.segment, now.fold.warnings.length]).toEqual([1, 1]);
    expect(Buffer.from(now.bytes).equals(Buffer.from(shut.bytes))).toBe(true);
  });

  it("takes records and segments from its new runner", async () => {
    await fence("i-2");
    const next = objectsOf("i-2");
    await next.growJournal(segmentKey("q", 1), journal(3));
    expect((await readStoredJournal(store, "q")).fold.warnings).toHaveLength(3);
    await next.growJournal(segmentKey("q", 2), journal(4));
    expect((await readStoredJournal(store, "q")).segment).toBe(2);
    await expect(old.growJournal(segmentKey("q", 1), journal(5))).rejects.toMatchObject(refused);
  });

  it("has what its old runner wrote between look and mark: another record, or another segment", async () => {
    // It has passed its own look, and does not know of the claim.
    const writes = [
      { before: segmentKey("q", 1), to: segmentKey("q", 1), bytes: journalBytes(7) },
      { before: segmentKey("q", 2), to: segmentKey("q", 2), bytes: journalBytes(9) },
    ];
    store.beforePut = async (key) => {
      if (key !== writes[0]?.before) return;
      const { to, bytes } = writes.shift() ?? { to: "", bytes: new Uint8Array() };
      expect(await store.putIfUnchanged(to, bytes, await store.versionOf(to))).toBeDefined();
    };
    const shut = await fence("i-2");
    expect(writes).toEqual([]);
    expect([shut.segment, shut.fold.warnings.length]).toEqual([2, 9]);
    await expect(old.growJournal(segmentKey("q", 3), journal(11))).rejects.toMatchObject(refused);
  });

  it("is shut again to who had it in between, by the one that takes it next", async () => {
    await fence("i-2");
    const second = objectsOf("i-2");
    await second.growJournal(segmentKey("q", 1), journal(3));
    await fence("i-3", 1);
    await expect(second.growJournal(segmentKey("q", 1), journal(4))).rejects.toMatchObject(refused);
    await expect(second.growJournal(segmentKey("q", 2), journal(4))).rejects.toMatchObject(refused);
    expect((await readStoredJournal(store, "q")).fold.warnings).toHaveLength(3);
  });
});
