import { unreachable } from "@spawn/foundation";
import { neighbours } from "../graph/adjacency.js";
import { indexOfJob } from "../graph/job-graph.js";
import { isSettled } from "./job-status.js";
import type { SchedulerState } from "./scheduler-state.js";

/**
 * What a waiting job waits for, and for an ordinary one that can no longer run, its dependencies that did not complete;
 * in file order. Empty for all others. O(what it waits for); for `alwaysRun` jobs without dependencies O(jobs).
 */
export function blockedBy(state: SchedulerState, id: string): readonly string[] {
  const { graph, jobs } = state;
  const job = indexOfJob(graph, id);
  const { phase } = jobs[job]!;
  const kind = graph.kinds[job]!;
  if (phase !== "waiting" && !(phase === "unrunnable" && kind === "normal")) return [];
  switch (kind) {
    case "normal":
      return inFileOrder(
        state,
        neighbours(graph.dependencies, job).filter((other) => !isCompleted(state, other)),
      );
    case "handler":
      return inFileOrder(state, [
        ...openAmong(state, neighbours(graph.dependencies, job)),
        ...(state.gates.triggered[job] === 1 ? [] : openAmong(state, neighbours(graph.sources, job))),
      ]);
    case "always-run":
      return inFileOrder(state, [
        ...openAmong(state, neighbours(graph.dependencies, job)),
        ...openAmong(state, neighbours(graph.sources, job)),
        ...openAtBarrier(state, job),
      ]);
    default:
      return unreachable(kind);
  }
}

function isCompleted({ jobs }: SchedulerState, job: number): boolean {
  const own = jobs[job]!;
  return own.phase === "ended" && own.state === "completed";
}

function openAmong({ jobs }: SchedulerState, candidates: Int32Array): Int32Array {
  return candidates.filter((job) => !isSettled(jobs[job]!));
}

function openAtBarrier({ graph, jobs }: SchedulerState, job: number): readonly number[] {
  const barrier = graph.barriers[graph.barrierOf[job]!];
  if (barrier === undefined) return [];
  return Array.from(jobs.keys()).filter((other) => barrier.awaited[other] === 1 && !isSettled(jobs[other]!));
}

function inFileOrder({ graph }: SchedulerState, jobs: Iterable<number>): readonly string[] {
  return [...new Set(jobs)].sort((a, b) => a - b).map((job) => graph.jobs[job]!.id);
}
