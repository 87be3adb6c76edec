import { degree, neighbours } from "../graph/adjacency.js";
import type { JobGraph } from "../graph/job-graph.js";

/**
 * The normal jobs as stages of which each waits for all of the one before, and at least one of every two neighbours is
 * a single job: what lines can show without leaving an edge out or adding one. `undefined` for any other shape.
 */
export function joinedStages(graph: JobGraph): readonly (readonly number[])[] | undefined {
  const { kinds, dependencies, order } = graph;
  const stageOf = new Map<number, number>();
  const stages: number[][] = [];
  for (const job of order) {
    if (kinds[job] !== "normal") continue;
    let stage = 0;
    for (const dependency of neighbours(dependencies, job)) {
      const before = stageOf.get(dependency);
      if (before === undefined) return undefined;
      stage = Math.max(stage, before + 1);
    }
    stageOf.set(job, stage);
    const jobs = stages[stage];
    if (jobs === undefined) stages[stage] = [job];
    else jobs.push(job);
  }
  for (const stage of stages) stage.sort((a, b) => a - b);

  const joined = stages.every((stage, index) => {
    const before = stages[index - 1]?.length ?? 0;
    const single = stage.length === 1 || before === 1 || index === 0;
    // With as many dependencies as the stage before has jobs, and each of them there, nothing else can be among them.
    const waitsForAll = (job: number): boolean =>
      degree(dependencies, job) === before &&
      neighbours(dependencies, job).every((dependency) => stageOf.get(dependency) === index - 1);
    return single && stage.every(waitsForAll);
  });
  return joined && (stages.length > 1 || stages[0]?.length === 1) ? stages : undefined;
}
