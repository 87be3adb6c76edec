import type { JobResources } from "../input.js";
import { mayStart } from "../scheduler/is-current.js";
import type { NextStart } from "../scheduler/next-start.js";
import type { SchedulerState } from "../scheduler/scheduler-state.js";
import type { Slots } from "./slots.js";

export interface SlottedStart extends NextStart {
  /** The GPUs it gets; absent when it asked for none. */
  readonly gpus?: readonly string[];
}

/**
 * The ready job that should start next on an instance, and takes its place there: longest critical path first among
 * what fits, then file order. A job for which there is no room is overtaken by later ones, but only `PATIENCE` times: from
 * then on only by those that take nothing of what it waits for. O(different resources squared + log jobs).
 */
export function chooseStart(state: SchedulerState, slots: Slots): SlottedStart | undefined {
  if (!mayStart(state)) return undefined;
  const { jobs, byRank, lanes } = state.graph;
  const heads = state.lanes
    .flatMap((heap, lane) => (heap.head === undefined ? [] : [{ rank: heap.head, resources: lanes[lane] }]))
    .sort((a, b) => a.rank - b.rank);
  const overtaken: string[] = [];
  const due: (JobResources | undefined)[] = [];
  for (const { rank, resources } of heads) {
    const job = byRank[rank]!;
    const { id } = jobs[job]!;
    if (slots.fits(resources) && due.every((waiting) => slots.leavesRoom(resources, waiting))) {
      slots.overtake(overtaken);
      const gpus = slots.gpusFor(resources);
      slots.take(id, resources, gpus);
      const start = { job: id, attempt: state.lastAttempt[job]! + 1 };
      return gpus.length === 0 ? start : { ...start, gpus };
    }
    if (slots.isDue(id)) due.push(resources);
    else overtaken.push(id);
  }
  return undefined;
}
