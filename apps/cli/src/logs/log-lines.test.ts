import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogLines, tailOf } from "./log-lines.js";
import { TailBuffer } from "./tail-buffer.js";

describe("LogLines", () => {
  it("gives the same lines however the bytes are cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "日", "🎉", "\n") });
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (log, cuts) => {
        const bytes = Buffer.from(log);
        const lines = new LogLines();
        const ends = [...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        let from = 0;
        const got = ends.flatMap((end) => {
          const chunk = bytes.subarray(from, end);
          from = end;
          return lines.push(chunk);
        });
        const whole = log.split("\n");
        const rest = whole.pop();
        expect(got).toEqual(whole);
        expect(lines.end()).toEqual(rest === "" ? [] : [rest]);
      }),
      { seed: 11 },
    );
  });
});

describe("TailBuffer", () => {
  it("keeps what a tail of everything would", () => {
    const lines = fc.array(fc.array(fc.string({ maxLength: 2 }), { maxLength: 700 }), { maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.nat(20), (batches, size) => {
        const tail = new TailBuffer(size);
        for (const batch of batches) tail.push(batch);
        expect(tail.lines).toEqual(tailOf(batches.flat(), size));
      }),
      { seed: 12, numRuns: 40 },
    );
  });
});
