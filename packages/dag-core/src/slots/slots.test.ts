import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JobResources } from "../input.js";
import { type Capacity, shortages } from "./capacity.js";
import { Slots } from "./slots.js";

const machine: Capacity = { slots: 4, cpus: 4, memoryBytes: 8e9, gpus: ["0", "1"] };

describe("Slots", () => {
  test("counts slots, CPUs, memory and GPUs", () => {
    const slots = new Slots(machine);
    slots.take("a", { cpus: 2.5, memoryBytes: 6e9 });
    expect(slots.fits({ cpus: 1.5, memoryBytes: 2e9 })).toBe(true);
    expect(slots.fits({ cpus: 1.6 })).toBe(false);
    expect(slots.fits({ memoryBytes: 2e9 + 1 })).toBe(false);
    for (const job of ["b", "c", "d"]) slots.take(job);
    expect(slots.fits()).toBe(false);
    slots.release("b");
    expect(slots.fits()).toBe(true);
  });

  test("gives each job GPUs of its own, and takes them back in order", () => {
    const slots = new Slots(machine);
    slots.take("a", { gpus: 1 }, slots.gpusFor({ gpus: 1 }));
    slots.take("b", { gpus: 1 }, slots.gpusFor({ gpus: 1 }));
    expect([slots.gpusOf("a"), slots.gpusOf("b")]).toEqual([["0"], ["1"]]);
    expect(slots.fits({ gpus: 1 })).toBe(false);
    slots.release("a");
    expect(slots.gpusFor({ gpus: 1 })).toEqual(["0"]);
  });

  test("gives all there is to who asks for more", () => {
    const slots = new Slots(machine);
    slots.take("a", { cpus: 1 });
    const large = { cpus: 5, memoryBytes: 9e9, gpus: 3 };
    expect(slots.fits(large)).toBe(false);
    slots.release("a");
    expect(slots.fits(large)).toBe(true);
    slots.take("b", large, slots.gpusFor(large));
    expect(slots.gpusOf("b")).toEqual(["0", "1"]);
    expect(slots.fits({ cpus: 0.1 })).toBe(false);
    expect(slots.fits({ memoryBytes: 1 })).toBe(false);
    expect(slots.fits()).toBe(true);
    slots.release("b");
    expect(slots.fits({ cpus: 4, memoryBytes: 8e9, gpus: 2 })).toBe(true);
  });

  test("adds fractions of a CPU exactly", () => {
    const slots = new Slots({ ...machine, slots: 100, cpus: 1 });
    for (let job = 0; job < 10; job += 1) {
      expect(slots.fits({ cpus: 0.1 })).toBe(true);
      slots.take(`${job}`, { cpus: 0.1 });
    }
    expect(slots.fits({ cpus: 0.1 })).toBe(false);
  });

  test("never gives away more than there is, and forgets nothing", () => {
    const resources = fc.record({ cpus: fc.nat(4), memoryBytes: fc.nat(8), gpus: fc.nat(2) });
    const step = fc.tuple(fc.nat(9), resources);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const slots = new Slots({ ...machine, memoryBytes: 8 });
        const running = new Map<string, JobResources>();
        for (const [job, wanted] of steps) {
          const id = `${job}`;
          if (running.delete(id)) slots.release(id);
          else if (slots.fits(wanted)) {
            slots.take(id, wanted, slots.gpusFor(wanted));
            running.set(id, wanted);
          }
          const sum = (of: keyof JobResources): number =>
            [...running.values()].reduce((total, { [of]: amount = 0 }) => total + amount, 0);
          expect([sum("cpus") <= 4, sum("memoryBytes") <= 8, sum("gpus") <= 2, running.size <= 4]).toEqual(
            Array(4).fill(true),
          );
          const gpus = [...running.keys()].flatMap((other) => slots.gpusOf(other));
          expect(new Set(gpus).size).toBe(sum("gpus"));
          const left = { cpus: 4 - sum("cpus"), memoryBytes: 8 - sum("memoryBytes"), gpus: 2 - sum("gpus") };
          expect(slots.fits(left)).toBe(running.size < 4);
        }
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

test("shortages names all that can never run", () => {
  const jobs = [
    { id: "small", dependsOn: [], resources: { cpus: 4, memoryBytes: 8e9, gpus: 2 } },
    { id: "large", dependsOn: [], resources: { cpus: 4.5, gpus: 3 } },
    { id: "plain", dependsOn: [] },
  ];
  expect(shortages(jobs, machine)).toEqual([
    { job: "large", resource: "cpus", asked: 4.5, there: 4 },
    { job: "large", resource: "gpus", asked: 3, there: 2 },
  ]);
});
