import { validateDag } from "@spawn/dag-core";
import type { Problems } from "../diagnostics/problems.js";
import type { JobDraft, QueueDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";

/** Jobs that wait for each other, over dependencies and `on_failure`. Only jobs with an id can be part of that. */
export function checkCycles({ jobs }: QueueDraft, problems: Problems): void {
  const dagJobs = jobs.flatMap(({ job_id: id, depends_on: dependsOn = [], on_failure: onFailure }) =>
    id === undefined ? [] : [{ id, dependsOn, ...(onFailure !== undefined && { onFailure }) }],
  );
  for (const problem of validateDag({ jobs: dagJobs })) {
    // The others are reported, with more to say, where ids and dependencies are checked.
    if (problem.kind !== "cycle") continue;
    problems.add(
      "dependency-cycle",
      { path: edgeInto(jobs, problem.path) },
      `these jobs wait for each other: ${problem.path.join(" → ")}`,
      "remove one of these dependencies",
    );
  }
}

/** Where the file says that the cycle's second job follows its first. */
function edgeInto(jobs: readonly JobDraft[], [before = "", after = ""]: readonly string[]): Path {
  const follower = jobs.findIndex((job) => job.job_id === after);
  const index = jobs[follower]?.depends_on?.indexOf(before) ?? -1;
  if (index !== -1) return ["jobs", follower, "depends_on", index];
  return ["jobs", jobs.findIndex((job) => job.job_id === before), "on_failure"];
}
