import { SpawnError } from "@spawn/foundation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JournalEvent, JournalRecord } from "../journal-events.js";
import { arbitraryEvent } from "../testing/arbitrary-event.js";
import { buildJob, buildJournal, buildQueueCreated, buildRecords, foldOf } from "../testing/journals.js";
import { decodeJournal, JournalDecoder } from "./decoder.js";
import { encodeRecord } from "./encode-record.js";
import { encodeHeader } from "./header.js";
import { sealLine } from "./seal.js";

const runs = process.env.SPAWN_LONG === "1" ? 20_000 : 500;

const anyRecords: fc.Arbitrary<readonly JournalRecord[]> = fc
  .array(fc.record({ at: fc.integer(), event: arbitraryEvent() }), { maxLength: 8 })
  .map((entries) => entries.map((entry, index) => ({ seq: index + 1, ...entry })));

const sample = buildRecords([
  buildQueueCreated([buildJob("step1"), buildJob("step2", { dependsOn: ["step1"], command: "écho 'ü' 🎉" })]),
  { type: "queue-started", t: 0 },
  { type: "attempt-starting", t: 1, job: "step1", attempt: 1 },
  {
    type: "attempt-ended",
    t: 5,
    job: "step1",
    attempt: 1,
    outcome: { reason: "exit", exitCode: 0 },
    random: 0.5,
  },
]);

function damageOf(bytes: Uint8Array): SpawnError {
  try {
    decodeJournal(bytes);
  } catch (error) {
    if (error instanceof SpawnError) return error;
    throw error;
  }
  throw new Error("the journal was accepted");
}

describe("decodeJournal", () => {
  it("gives back what was encoded, for events of every type", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const bytes = buildJournal(records);
        const decoded = decodeJournal(bytes);
        expect(decoded).toMatchObject({ validBytes: bytes.length, tornBytes: 0, isNewer: false });
        expect(decoded.records).toEqual(records);
        expect(buildJournal(decoded.records).equals(bytes)).toBe(true);
      }),
      { seed: 1, numRuns: runs },
    );
  });

  it("keeps events of a newer minor version byte for byte", () => {
    const header = sealLine('{"journal":"spawn-queue","major":1,"minor":7}');
    const line = sealLine(
      '{"seq":1,"at":5,"t":3,"type":"moon-phase","full":true,"of":{"b":[1,2.5],"a":null}}',
    );
    const { records } = decodeJournal(Buffer.from(header + line));
    expect(records[0]?.event).toMatchObject({
      type: "unknown",
      t: 3,
      original: { type: "moon-phase", full: true },
    });
    expect(records.map(encodeRecord)).toEqual([line]);
  });

  it("keeps fields that a newer minor version added to an event", () => {
    const line = sealLine('{"seq":1,"at":5,"t":3,"type":"queue-started","mood":"good"}');
    const { records } = decodeJournal(Buffer.from(encodeHeader() + line));
    expect(records.map(encodeRecord)).toEqual([line]);
  });

  it("cut at any byte, gives the records that are whole", () => {
    const whole = buildJournal(sample);
    const ends = [encodeHeader(), ...sample.map(encodeRecord)].map((line) => Buffer.byteLength(line));
    for (let length = 0; length <= whole.length; length++) {
      let lines = 0;
      let validBytes = 0;
      for (const size of ends) {
        if (validBytes + size > length) break;
        validBytes += size;
        lines += 1;
      }
      expect(decodeJournal(whole.subarray(0, length))).toMatchObject({
        records: sample.slice(0, Math.max(0, lines - 1)),
        validBytes,
        tornBytes: length - validBytes,
      });
    }
  });

  it("with any bit flipped, refuses or leaves the torn last line out; never gives a wrong record", () => {
    const whole = buildJournal(sample);
    console.log(`${whole.length} cuts and ${whole.length * 8} flipped bits`);
    for (let index = 0; index < whole.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(whole);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        if (index === whole.length - 1) {
          // Without its newline the last line is not complete.
          expect(decodeJournal(flipped).records).toEqual(sample.slice(0, -1));
        } else {
          expect(damageOf(flipped).code).toBe("journal-damaged");
        }
      }
    }
  });

  it("with any byte replaced in any journal, refuses or leaves the last line out", () => {
    fc.assert(
      fc.property(anyRecords, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, place, change) => {
        const bytes = buildJournal(records);
        const index = place % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ change;
        if (index === bytes.length - 1) {
          expect(decodeJournal(bytes).records).toEqual(records.slice(0, -1));
        } else {
          expect(damageOf(bytes).code).toBe("journal-damaged");
        }
      }),
      { seed: 2, numRuns: runs },
    );
  });

  it("refuses a complete damaged line though it is the last, and names its place", () => {
    const good = buildJournal(sample.slice(0, 2));
    const error = damageOf(Buffer.concat([good, Buffer.from('{"seq":3,"at":0,"t":1}\n')]));
    expect(error.message).toBe(
      `The journal is damaged at line 4 (byte ${good.length}): the checksum is missing or does not fit.`,
    );
    expect(error.hint).toContain(`${good.length} bytes`);
    expect(() => decodeJournal(Buffer.from("no header\n"), "/q/journal.jsonl")).toThrow(
      "damaged at line 1 (byte 0 of /q/journal.jsonl)",
    );
  });

  it.each([
    ["a gap", '{"seq":2,"at":0,"t":0,"type":"queue-started"}', "record 1 is expected, and this is 2"],
    ["no seq", '{"at":0,"t":0,"type":"queue-started"}', 'it does not begin with "seq" and "at"'],
    ["no at", '{"seq":1,"t":0,"type":"queue-started"}', 'it does not begin with "seq" and "at"'],
    ["seq 0", '{"seq":0,"at":0,"t":0,"type":"queue-started"}', 'its "seq" is not a whole number from 1'],
    ["half an at", '{"seq":1,"at":1e,"t":0,"type":"queue-started"}', 'its "at" is not a number'],
    ["half a field", '{"seq":1,"at":1,"t":}', "it is not JSON"],
    ["no t", '{"seq":1,"at":0,"type":"queue-started"}', 'its "t" is not what its type of event needs'],
    ["no type", '{"seq":1,"at":0,"t":0}', 'its "type" is not what its type of event needs'],
    ["a negative t", '{"seq":1,"at":0,"t":-1,"type":"moon-phase"}', 'its "t" is not'],
    ["a missing field", '{"seq":1,"at":0,"t":0,"type":"attempt-starting","job":"a"}', 'its "attempt" is not'],
    [
      "a wrong nested field",
      '{"seq":1,"at":0,"t":0,"type":"queue-finished","outcome":{"state":"failed","reason":"completed"}}',
      'its "outcome" is not',
    ],
    ["a list", "[1,2]", "it does not begin"],
  ])("refuses a well-sealed record with %s", (_, json, problem) => {
    expect(damageOf(Buffer.from(encodeHeader() + sealLine(json))).message).toContain(problem);
  });

  it("refuses a journal without header, and one of a newer major version by name", () => {
    expect(damageOf(Buffer.from(sample.map(encodeRecord).join(""))).message).toContain(
      "the header is missing",
    );
    expect(damageOf(Buffer.from('{"journal":"spawn-queue","major":2,"minor":3}\n')).message).toContain(
      "is of version 2.3",
    );
    expect(damageOf(Buffer.from("\n")).message).toContain("line 1 (byte 0)");
  });

  it("begins with any number where it begins with a snapshot, and goes on from there without gaps", () => {
    const state = foldOf(sample.flatMap(({ event }) => (event.type === "unknown" ? [] : [event]))).snapshot();
    const snapshot = { seq: 5, at: 0, event: { type: "snapshot", t: 5, segment: 2, state } } as const;
    const next = (seq: number) => ({ seq, at: 0, event: { type: "warning", t: 6, message: "m" } }) as const;
    expect(decodeJournal(buildJournal([snapshot, next(6)])).records).toEqual([snapshot, next(6)]);
    const error = damageOf(buildJournal([snapshot, next(7)]));
    expect(error.message).toContain("record 6 is expected, and this is 7");
    expect(damageOf(buildJournal([next(5)])).hint).toContain("older segments");
  });

  it("tells what it began with from what came after, and who began it", () => {
    const base = buildJournal(sample.slice(0, 1));
    expect(decodeJournal(buildJournal(sample))).toMatchObject({ baseBytes: base.length, isNewer: false });
    const newer = sealLine('{"journal":"spawn-queue","major":1,"minor":7}');
    expect(decodeJournal(Buffer.from(newer + sample.map(encodeRecord).join("")))).toMatchObject({
      isNewer: true,
    });
  });

  it("takes zeros after the last line, as a file system may leave them, for a torn line", () => {
    const whole = buildJournal(sample);
    expect(decodeJournal(Buffer.concat([whole, Buffer.alloc(512)]))).toMatchObject({
      records: sample,
      validBytes: whole.length,
      tornBytes: 512,
    });
  });
});

describe("JournalDecoder", () => {
  it("reads a growing journal in pieces of any size as it reads it whole", () => {
    fc.assert(
      fc.property(
        anyRecords,
        fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 }),
        (records, sizes) => {
          const bytes = buildJournal(records);
          const decoder = new JournalDecoder();
          const seen: JournalRecord[] = [];
          for (let from = 0, i = 0; from < bytes.length; i++) {
            const piece = Buffer.from(bytes.subarray(from, from + (sizes[i % sizes.length] ?? 1)));
            seen.push(...decoder.push(piece));
            from += piece.length;
            piece.fill(0);
            expect(decoder.validBytes + decoder.tailBytes).toBe(from);
          }
          expect(seen).toEqual(records);
        },
      ),
      { seed: 3, numRuns: runs },
    );
  });

  it("refuses again after a refusal", () => {
    const decoder = new JournalDecoder();
    expect(() => decoder.push(Buffer.from("nonsense\n"))).toThrow(SpawnError);
    expect(() => decoder.push(buildJournal(sample))).toThrow(SpawnError);
  });
});

describe("speed", () => {
  it("decodes 10,000 records in well under 100 ms of CPU", () => {
    const events: JournalEvent[] = [buildQueueCreated([buildJob("a")])];
    for (let i = 1; i < 10_000; i++) {
      events.push({
        type: "attempt-ended",
        t: i,
        job: "a",
        attempt: i,
        outcome: { reason: "exit", exitCode: 1 },
        random: 0.25,
      });
    }
    const bytes = buildJournal(buildRecords(events));
    const times = Array.from({ length: 5 }, () => {
      const before = process.cpuUsage();
      expect(decodeJournal(bytes).records).toHaveLength(10_000);
      return process.cpuUsage(before).user / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
