import type { DagJob, JobResources } from "../input.js";

export interface Lanes {
  readonly lanes: readonly (JobResources | undefined)[];
  readonly laneOfRank: Int32Array;
}

/** Sorts jobs by what they take of the machine: of those that take the same, either the first fits or none does. */
export function findLanes(jobs: readonly DagJob[], byRank: Int32Array): Lanes {
  const lanes: (JobResources | undefined)[] = [];
  const laneByKey = new Map<string, number>();
  const laneOfRank = new Int32Array(jobs.length);
  for (let rank = 0; rank < jobs.length; rank += 1) {
    const { resources } = jobs[byRank[rank]!]!;
    const key = resources === undefined ? "" : keyOf(resources);
    let lane = laneByKey.get(key);
    if (lane === undefined) {
      lane = lanes.push(resources) - 1;
      laneByKey.set(key, lane);
    }
    laneOfRank[rank] = lane;
  }
  return { lanes, laneOfRank };
}

function keyOf({ cpus = 0, memoryBytes = 0, gpus = 0 }: JobResources): string {
  return `${cpus} ${memoryBytes} ${gpus}`;
}
