import { describe, expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import type { DagJob, JobResources } from "../input.js";
import { createState } from "../scheduler/create-state.js";
import type { SchedulerState } from "../scheduler/scheduler-state.js";
import { transition } from "../scheduler/transition.js";
import { chooseStart } from "./choose-start.js";
import { PATIENCE, Slots } from "./slots.js";

/** A run of independent jobs on a machine, driven by hand. */
class Machine {
  readonly slots: Slots;
  readonly #state: SchedulerState;
  #t = 0;

  constructor(
    jobs: readonly (readonly [string, number, JobResources?])[],
    cpus: number,
    gpus: readonly string[] = [],
    slots = 1000,
  ) {
    const dagJobs: DagJob[] = jobs.map(([id, timeoutMs, resources]) => ({
      id,
      dependsOn: [],
      timeoutMs,
      ...(resources === undefined ? {} : { resources }),
    }));
    this.#state = createState(buildGraph({ jobs: dagJobs }));
    this.slots = new Slots({ slots, cpus, memoryBytes: 0, gpus });
    transition(this.#state, { type: "queue-started", t: 0 });
  }

  start(): string | undefined {
    const next = chooseStart(this.#state, this.slots);
    if (next === undefined) return undefined;
    this.#t += 1;
    transition(this.#state, { type: "attempt-starting", t: this.#t, ...next });
    return next.job;
  }

  startAll(): string[] {
    const started: string[] = [];
    for (let job = this.start(); job !== undefined; job = this.start()) started.push(job);
    return started;
  }

  end(job: string): void {
    this.#t += 1;
    this.slots.release(job);
    const outcome = { reason: "exit", exitCode: 0 } as const;
    transition(this.#state, { type: "attempt-ended", t: this.#t, job, attempt: 1, outcome, random: 0 });
  }
}

describe("chooseStart", () => {
  test("takes the longest critical path first among what fits", () => {
    const machine = new Machine(
      [
        ["one", 1, { cpus: 1 }],
        ["large", 9, { cpus: 3 }],
        ["two", 5, { cpus: 1 }],
        ["plain", 3],
      ],
      3,
    );
    expect(machine.startAll()).toEqual(["large", "plain"]);
    machine.end("large");
    expect(machine.startAll()).toEqual(["two", "one"]);
  });

  test("gives each its own GPUs", () => {
    const machine = new Machine(
      [
        ["a", 3, { gpus: 1 }],
        ["b", 2, { gpus: 2 }],
        ["c", 1, { gpus: 1 }],
      ],
      0,
      ["4", "5"],
    );
    expect(machine.startAll()).toEqual(["a", "c"]);
    expect([machine.slots.gpusOf("a"), machine.slots.gpusOf("c")]).toEqual([["4"], ["5"]]);
    machine.end("a");
    machine.end("c");
    expect(machine.startAll()).toEqual(["b"]);
    expect(machine.slots.gpusOf("b")).toEqual(["4", "5"]);
  });

  test("does not starve a large job behind a stream of small ones", () => {
    const small = Array.from({ length: 100 }, (_, index) => [`s${index}`, 1, { cpus: 1 }] as const);
    const machine = new Machine([["first", 99, { cpus: 1 }], ["large", 50, { cpus: 2 }], ...small], 2);
    expect(machine.startAll()).toEqual(["first", "s0"]);
    let overtaking = 1;
    for (let job = "s0"; ; overtaking += 1) {
      machine.end(job);
      const [next] = machine.startAll();
      if (next === undefined) break;
      job = next;
    }
    expect(overtaking).toBe(PATIENCE);
    machine.end("first");
    expect(machine.start()).toBe("large");
  });

  test("leaves room for the large job alone: what it does not wait for goes on", () => {
    const plain = Array.from({ length: 100 }, (_, index) => [`p${index}`, 1] as const);
    const machine = new Machine([["holds", 99, { gpus: 1 }], ["waits", 50, { gpus: 1 }], ...plain], 2, ["0"]);
    expect(machine.startAll()).toEqual(["holds", ...plain.map(([id]) => id)]);
    machine.end("holds");
    expect(machine.startAll()).toEqual(["waits"]);
  });

  test("keeps its slot for a large job that is due", () => {
    const plain = Array.from({ length: 100 }, (_, index) => [`p${index}`, 1] as const);
    const jobs = [["holds", 99, { cpus: 1 }], ["waits", 50, { cpus: 2 }], ...plain] as const;
    const machine = new Machine(jobs, 2, [], 3);
    expect(machine.startAll()).toEqual(["holds", "p0", "p1"]);
    for (let next = 0; next < PATIENCE + 4; next += 1) {
      machine.end(`p${next}`);
      machine.startAll();
    }
    machine.end("holds");
    expect(machine.startAll()).toContain("waits");
  });
});
