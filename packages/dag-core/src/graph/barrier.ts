import { type Adjacency, degree, neighbours } from "./adjacency.js";
import type { JobKind } from "./job-kind.js";

/**
 * What `alwaysRun` jobs without dependencies wait for: one shared count instead of an edge from each job to each of
 * them. There are at most two:
 * - such a job that no ordinary job follows waits for every job that is not `alwaysRun`;
 * - such a job that ordinary jobs follow (by dependency or failure, at any distance) waits for the same but what
 *   follows it or another of its sort, or it would wait for itself.
 */
interface Barrier {
  /** Those that wait, in file order. */
  readonly waiting: readonly number[];
  /** 1 for each job waited for. */
  readonly awaited: Uint8Array;
  readonly awaitedCount: number;
}

export interface Barriers {
  readonly barriers: readonly Barrier[];
  /** The barrier at which a job waits, or -1. */
  readonly barrierOf: Int8Array;
  /** All jobs so that each comes after everything it waits for, over edges and barriers. */
  readonly order: Int32Array;
}

interface Wiring {
  readonly kinds: readonly JobKind[];
  readonly dependencies: Adjacency;
  readonly dependents: Adjacency;
  readonly handlerOf: Int32Array;
  /** A topological order over dependencies and failure edges. */
  readonly order: Int32Array;
}

export function findBarriers(wiring: Wiring): Barriers {
  const { kinds, dependencies, order } = wiring;
  const size = kinds.length;
  const barrierOf = new Int8Array(size).fill(-1);
  const lone = kinds.flatMap((kind, job) =>
    kind === "always-run" && degree(dependencies, job) === 0 ? [job] : [],
  );
  if (lone.length === 0) return { barriers: [], barrierOf, order };

  const followed = followedByWork(wiring);
  const early = lone.filter((job) => followed[job] === 1);
  const late = lone.filter((job) => followed[job] === 0);
  const afterEarly = downstream(wiring, early);
  const afterLate = downstream(wiring, late);

  const isWork = (job: number): boolean => kinds[job] !== "always-run";
  const barriers = [
    barrier(early, size, (job) => isWork(job) && afterEarly[job] === 0),
    barrier(late, size, isWork),
  ].filter(({ waiting }) => waiting.length > 0);
  for (const [index, { waiting }] of barriers.entries()) {
    for (const job of waiting) barrierOf[job] = index;
  }
  const phase = (job: number): number => (afterLate[job] === 1 ? 2 : afterEarly[job]!);
  return { barriers, barrierOf, order: sortedByPhase(order, phase) };
}

function barrier(waiting: readonly number[], size: number, awaits: (job: number) => boolean): Barrier {
  const awaited = new Uint8Array(size);
  let awaitedCount = 0;
  for (let job = 0; job < size; job += 1) {
    if (!awaits(job)) continue;
    awaited[job] = 1;
    awaitedCount += 1;
  }
  return { waiting, awaited, awaitedCount };
}

/** 1 for each job that one which is not `alwaysRun` follows at any distance. */
function followedByWork({ kinds, dependents, handlerOf, order }: Wiring): Uint8Array {
  const followed = new Uint8Array(kinds.length);
  const counts = (job: number): boolean => kinds[job] !== "always-run" || followed[job] === 1;
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const job = order[index]!;
    const handler = handlerOf[job]!;
    if ((handler !== -1 && counts(handler)) || neighbours(dependents, job).some(counts)) followed[job] = 1;
  }
  return followed;
}

/** 1 for each of `starts` and all that follow them by dependency or failure. */
export function downstream(
  { dependents, handlerOf }: Pick<Wiring, "dependents" | "handlerOf">,
  starts: Iterable<number>,
): Uint8Array {
  const reached = new Uint8Array(handlerOf.length);
  const pending: number[] = [];
  const reach = (job: number): void => {
    if (reached[job] === 1) return;
    reached[job] = 1;
    pending.push(job);
  };
  for (const start of starts) reach(start);
  for (let job = pending.pop(); job !== undefined; job = pending.pop()) {
    for (const dependent of neighbours(dependents, job)) reach(dependent);
    if (handlerOf[job] !== -1) reach(handlerOf[job]!);
  }
  return reached;
}

function sortedByPhase(order: Int32Array, phase: (job: number) => number): Int32Array {
  const sorted = new Int32Array(order.length);
  let length = 0;
  for (const wanted of [0, 1, 2]) {
    for (const job of order) if (phase(job) === wanted) sorted[length++] = job;
  }
  return sorted;
}
