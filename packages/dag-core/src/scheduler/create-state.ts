import type { JobGraph } from "../graph/job-graph.js";
import type { JobState } from "../job-state.js";
import { closedGates } from "./gates.js";
import { ReadyHeap } from "./ready-heap.js";
import type { SchedulerState } from "./scheduler-state.js";
import { reviewAll } from "./settle.js";

const WAITING: JobState = { phase: "waiting" };

/** A run before its first event. O(jobs + dependencies). */
export function createState(graph: JobGraph): SchedulerState {
  const size = graph.jobs.length;
  const lanePlaces = new Int32Array(size);
  const state: SchedulerState = {
    graph,
    jobs: new Array<JobState>(size).fill(WAITING),
    ready: new ReadyHeap(size),
    lanes: graph.lanes.map(() => new ReadyHeap(size, lanePlaces)),
    running: new Set(),
    tally: {
      pending: size,
      blocked: 0,
      running: 0,
      retrying: 0,
      completed: 0,
      failed: 0,
      skipped: 0,
      cancelled: 0,
    },
    failures: new Set(),
    lastAttempt: new Int32Array(size),
    charged: new Int32Array(size),
    lossesInRow: new Uint8Array(size),
    gates: closedGates(graph),
    started: false,
    now: Number.NEGATIVE_INFINITY,
    globalDeadline: undefined,
    stopCause: undefined,
    halt: undefined,
    forced: false,
    interrupt: undefined,
    outcome: undefined,
  };
  reviewAll(state);
  return state;
}
