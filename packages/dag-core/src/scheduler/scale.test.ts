import { seededRandom } from "@spawn/foundation";
import { describe, expect, test } from "vitest";
import { toText } from "../drawing/to-text.js";
import { buildGraph } from "../graph/job-graph.js";
import { planOf } from "../graph/plan.js";
import { validateDag } from "../graph/validate.js";
import type { DagInput, DagJob } from "../input.js";
import { SUCCESS } from "../testing/index.js";
import { createState } from "./create-state.js";
import { counts, queueOutcome } from "./inspect.js";
import { type NextStart, nextStart } from "./next-start.js";
import { resumableJobs } from "./resumable-jobs.js";
import type { SchedulerState } from "./scheduler-state.js";
import { transition } from "./transition.js";

const LONG = process.env.SPAWN_LONG === "1";
const SIZE = LONG ? 1_000_000 : 50_000;
const TIMEOUT_MS = LONG ? 300_000 : 30_000;

/** What scans all jobs at an event, or calls itself once per generation, does not come through here in time. */
describe(`${SIZE} jobs`, { timeout: TIMEOUT_MS }, () => {
  test("with three dependencies each run to the end", () => {
    const random = seededRandom(1);
    const before = (index: number): string => `j${Math.max(0, index - 1 - Math.floor(random.next() * 50))}`;
    const jobs = range(SIZE, (index) => ({
      id: `j${index}`,
      dependsOn: index === 0 ? [] : [before(index), before(index), before(index)],
      timeoutMs: 1000,
    }));
    const state = runAll({ jobs });
    expect(counts(state)).toMatchObject({ total: SIZE, completed: SIZE });
    expect(planOf(state.graph).order).toHaveLength(SIZE);
  });

  test("in one chain are planned, drawn, run, blocked by the first failure, and resumed", () => {
    const jobs = range(SIZE, (index) => ({
      id: `j${index}`,
      dependsOn: index === 0 ? [] : [`j${index - 1}`],
    }));
    const graph = buildGraph({ jobs });
    expect(planOf(graph).criticalPath).toHaveLength(SIZE);
    expect(toText(graph).length).toBeGreaterThan(SIZE);
    const state = createState(graph);
    transition(state, { type: "queue-started", t: 0 });
    attempt(state, { job: "j0", attempt: 1 }, 1);
    expect(counts(state)).toMatchObject({ failed: 1, blocked: SIZE - 1 });
    transition(state, { type: "queue-resumed", t: 0, jobs: resumableJobs(state) });
    runToEnd(state);
    expect(queueOutcome(state)?.state).toBe("completed");
  });

  test("behind one, with a thousand cleanup jobs that wait for all", () => {
    const jobs: readonly DagJob[] = [
      { id: "start", dependsOn: [] },
      ...range(SIZE, (index) => ({ id: `j${index}`, dependsOn: ["start"] })),
      ...range(1000, (index) => ({ id: `cleanup-${index}`, dependsOn: [], alwaysRun: true })),
    ];
    const state = runAll({ jobs });
    expect(counts(state).completed).toBe(SIZE + 1001);
  });

  test("in a ring are a cycle", () => {
    const jobs = range(SIZE, (index) => ({ id: `j${index}`, dependsOn: [`j${(index + SIZE - 1) % SIZE}`] }));
    expect(validateDag({ jobs })).toMatchObject([
      { kind: "cycle", path: { length: SIZE + 1 }, shortest: true },
    ]);
  });
});

function range(size: number, make: (index: number) => DagJob): readonly DagJob[] {
  return Array.from({ length: size }, (_, index) => make(index));
}

function runAll(input: DagInput): SchedulerState {
  const state = createState(buildGraph(input));
  transition(state, { type: "queue-started", t: 0 });
  runToEnd(state);
  return state;
}

function runToEnd(state: SchedulerState): void {
  for (let next = nextStart(state); next !== undefined; next = nextStart(state)) attempt(state, next, 0);
}

function attempt(state: SchedulerState, start: NextStart, exitCode: number): void {
  transition(state, { type: "attempt-starting", t: 0, ...start });
  const outcome = exitCode === 0 ? SUCCESS : ({ reason: "exit", exitCode } as const);
  transition(state, { type: "attempt-ended", t: 0, ...start, outcome, random: 0 });
}
