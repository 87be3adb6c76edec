import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { instanceLayout } from "@spawn/attempt-runner";
import { FakeClock } from "@spawn/foundation";
import { decodeJournal, encodeHeader, encodeRecord, type JournalEvent, QueueFold } from "@spawn/status-model";
import { buildJob, buildQueueCreated } from "@spawn/status-model/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JournalPaths } from "./journal-segment.js";
import { type JournalWriter, SYNC_WITHIN_MS } from "./journal-writer.js";
import { openJournal } from "./open-journal.js";

/** What the journal asks of the disk; a call can be its process's last, or fail. */
const disk = vi.hoisted(() => ({
  calls: [] as string[],
  callsLeft: Number.POSITIVE_INFINITY,
  full: false,
}));

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const note = (name: string): void => {
    if (disk.callsLeft <= 0) throw new Error("the process is dead");
    disk.callsLeft -= 1;
    disk.calls.push(name);
  };
  const watched = <A extends unknown[], R>(name: string, call: (...args: A) => R) => {
    return (...args: A): R => {
      note(name);
      return call(...args);
    };
  };
  return {
    ...fs,
    fdatasync: watched("fdatasync", fs.fdatasync),
    fsyncSync: watched("fsync", fs.fsyncSync),
    linkSync: watched("link", fs.linkSync),
    openSync: watched("open", fs.openSync),
    renameSync: watched("rename", fs.renameSync),
    rmSync: watched("rm", fs.rmSync),
    writeSync: (fd: number, bytes: Buffer, from = 0) => {
      if (disk.full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      const dies = disk.callsLeft === 1;
      note("write");
      return fs.writeSync(fd, bytes, from, dies ? Math.ceil((bytes.length - from) / 2) : undefined);
    },
  };
});

/** A queue whose only job fails again and again, with much to say. */
class RetryingQueue {
  readonly fold = new QueueFold();
  readonly writer: JournalWriter;
  readonly clock = new FakeClock();

  constructor(paths: JournalPaths) {
    const { records, writer } = openJournal(paths, this.clock);
    this.writer = writer;
    for (const record of records) this.fold.apply(record);
    if (records.length > 0) return;
    this.record(buildQueueCreated([buildJob("flaky", { maxAttempts: 1e6, retryDelayMs: 1000 })]), {
      type: "queue-started",
      t: 0,
    });
  }

  record(...events: readonly JournalEvent[]): void {
    for (const event of events) this.fold.apply(this.writer.append(event, event.t));
  }

  fail(times: number, message: string): void {
    for (let time = 0; time < times; time += 1) {
      const t = this.fold.latest?.t ?? 0;
      const attempt = (this.fold.job("flaky").last?.attempt ?? 0) + 1;
      const of = { job: "flaky", attempt };
      this.record(
        { type: "attempt-starting", t, ...of },
        { type: "attempt-ended", t, ...of, outcome: { reason: "start-failed", message }, random: 0 },
        { type: "backoff-elapsed", t: t + 1000, ...of },
      );
    }
  }

  /** Past the bound of 4 MiB. */
  grow(): void {
    this.fail(220, "m".repeat(20_000));
  }
}

/** A line as the journal has it, its checksum added. */
function sealed(json: string): string {
  return `${json},"crc":"${crc32(json).toString(16).padStart(8, "0")}"}\n`;
}

let folder: string;
let paths: JournalPaths;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-journal-"));
  paths = instanceLayout(folder);
  mkdirSync(dirname(paths.journal), { recursive: true });
});

afterEach(() => {
  disk.callsLeft = Number.POSITIVE_INFINITY;
  disk.full = false;
  rmSync(folder, { recursive: true, force: true });
});

/** Sequence numbers of all segments in a row, the one in force last. */
function storedSeqs(segments: number): readonly number[] {
  const names = Array.from({ length: segments }, (_, index) =>
    index === segments - 1 ? paths.journal : paths.journalSegment(index + 1),
  );
  return names.flatMap((name) => decodeJournal(readFileSync(name)).records.map(({ seq }) => seq));
}

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

describe("JournalWriter.compact", () => {
  it("begins a segment with a snapshot once the journal has grown, and goes on counting", async () => {
    const queue = new RetryingQueue(paths);
    await queue.writer.compact(queue.fold);
    expect(queue.writer.segment).toBe(1);
    queue.grow();
    await queue.writer.sync();
    await queue.writer.compact(queue.fold);
    expect(queue.writer.segment).toBe(2);
    queue.fail(1, "once more");
    await queue.writer.sync();
    queue.writer.close();
    expect(statSync(paths.journal).size).toBeLessThan(400_000);
    expect(statSync(paths.journal).mode & 0o777).toBe(0o600);
    const seqs = storedSeqs(2);
    expect(seqs).toEqual(upTo(seqs.length));
    const next = new RetryingQueue(paths);
    expect(next.fold.snapshot()).toEqual(queue.fold.snapshot());
    expect(next.writer.segment).toBe(2);
    next.writer.close();
  });

  it("has the snapshot and the old segment's name on the disk before the new one is in force", async () => {
    const queue = new RetryingQueue(paths);
    queue.grow();
    await queue.writer.sync();
    disk.calls.length = 0;
    await queue.writer.compact(queue.fold);
    queue.writer.close();
    const order = disk.calls.filter((call) => call !== "open" && call !== "rm");
    expect(order).toEqual(["write", "fsync", "link", "fsync", "rename", "fsync"]);
  });

  it("may die at any call to the disk: nothing is lost, and the next runner goes on", async () => {
    for (let calls = 0; ; calls += 1) {
      const queue = new RetryingQueue(paths);
      queue.grow();
      await queue.writer.sync();
      disk.callsLeft = calls;
      const done = await queue.writer.compact(queue.fold).then(
        () => true,
        () => false,
      );
      disk.callsLeft = Number.POSITIVE_INFINITY;
      queue.writer.close();

      const next = new RetryingQueue(paths);
      expect(next.fold.snapshot()).toEqual(queue.fold.snapshot());
      expect(existsSync(`${paths.journal}.next`)).toBe(false);
      next.grow();
      await next.writer.sync();
      await next.writer.compact(next.fold);
      next.fail(1, "once more");
      await next.writer.sync();
      next.writer.close();
      const seqs = storedSeqs(next.writer.segment);
      expect(seqs).toEqual(upTo(seqs.length));
      if (done) {
        expect(calls).toBeGreaterThan(8);
        return;
      }
      for (let number = next.writer.segment - 1; number > 0; number -= 1)
        rmSync(paths.journalSegment(number));
      rmSync(paths.journal);
    }
  });

  it("writes in all no more than twice what happened, and keeps the segment in force short", async () => {
    const queue = new RetryingQueue(paths);
    const message = "m".repeat(4000);
    for (let round = 0; round < 60; round += 1) {
      queue.fail(50, message);
      await queue.writer.sync();
      await queue.writer.compact(queue.fold);
      expect(statSync(paths.journal).size).toBeLessThan(4.5 * 1024 * 1024);
    }
    queue.writer.close();
    expect(queue.writer.segment).toBeGreaterThan(2);
    let written = statSync(paths.journal).size;
    for (let number = 1; number < queue.writer.segment; number += 1) {
      written += statSync(paths.journalSegment(number)).size;
    }
    expect(written).toBeLessThan(2 * 60 * 50 * message.length);
  });

  it("waits while somebody holds the segment in force", async () => {
    const queue = new RetryingQueue(paths);
    queue.grow();
    await queue.writer.sync();
    const release = queue.writer.hold();
    await queue.writer.compact(queue.fold);
    expect(queue.writer.segment).toBe(1);
    release();
    await queue.writer.compact(queue.fold);
    expect(queue.writer.segment).toBe(2);
    queue.writer.close();
  });

  it("lets the segment grow to twice its length where there is no room for a snapshot", async () => {
    const queue = new RetryingQueue(paths);
    queue.grow();
    await queue.writer.sync();
    disk.full = true;
    await queue.writer.compact(queue.fold);
    disk.full = false;
    expect(queue.writer.segment).toBe(1);
    expect(existsSync(`${paths.journal}.next`)).toBe(false);
    queue.fail(1, "short");
    await queue.writer.sync();
    await queue.writer.compact(queue.fold);
    expect(queue.writer.segment).toBe(1);
    queue.grow();
    await queue.writer.sync();
    await queue.writer.compact(queue.fold);
    expect(queue.writer.segment).toBe(2);
    queue.writer.close();
    const seqs = storedSeqs(2);
    expect(seqs).toEqual(upTo(seqs.length));
  });

  it("sums up nothing that a newer version may have written", async () => {
    const first = new RetryingQueue(paths);
    first.grow();
    await first.writer.sync();
    first.writer.close();
    const text = readFileSync(paths.journal, "utf8");
    const seq = (decodeJournal(Buffer.from(text)).records.at(-1)?.seq ?? 0) + 1;
    const unknown = { type: "unknown", t: 1e9, original: { type: "moon-phase" } } as const;
    const newerHeader = sealed('{"journal":"spawn-queue","major":1,"minor":7');
    for (const newer of [
      text + encodeRecord({ seq, at: 0, event: unknown }),
      newerHeader + text.slice(encodeHeader().length),
    ]) {
      writeFileSync(paths.journal, newer);
      const older = new RetryingQueue(paths);
      older.record({ type: "warning", t: 1e9, message: "one more" });
      await older.writer.sync();
      await older.writer.compact(older.fold);
      older.writer.close();
      expect(readFileSync(paths.journal, "utf8").startsWith(newer)).toBe(true);
    }
  });
});

describe("JournalWriter.write", () => {
  it("shows records at once, and has them on the disk within a second", async () => {
    const queue = new RetryingQueue(paths);
    await queue.writer.sync();
    disk.calls.length = 0;
    const before = queue.writer.syncedBytes;
    queue.record({ type: "warning", t: 1, message: "one" });
    queue.writer.write();
    queue.record({ type: "warning", t: 1, message: "two" });
    queue.writer.write();
    expect(readFileSync(paths.journal, "utf8")).toContain("two");
    expect(disk.calls).toEqual(["write", "write"]);
    expect(queue.writer.syncedBytes).toBe(before);
    queue.clock.advance(SYNC_WITHIN_MS);
    await queue.writer.sync();
    expect(disk.calls).toEqual(["write", "write", "fdatasync"]);
    expect(queue.writer.syncedBytes).toBe(statSync(paths.journal).size);
    queue.writer.close();
  });

  it("leaves the disk alone where a sync took the records along", async () => {
    const queue = new RetryingQueue(paths);
    queue.writer.write();
    await queue.writer.sync();
    expect(queue.clock.nextTimer()).toBeUndefined();
    queue.writer.close();
  });
});
