import { didYouMean } from "../diagnostics/nearest.js";
import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import type { JobDraft, QueueDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";

/** What jobs say of other jobs: `depends_on` and `on_failure` name jobs that exist, and others than themselves. */
export function checkDependencies({ jobs }: QueueDraft, problems: Problems): void {
  const ids = new Set(jobs.flatMap(({ job_id: id }) => (id === undefined ? [] : [id])));
  for (const [position, job] of jobs.entries()) {
    const path = ["jobs", position];
    if (job.depends_on !== undefined) checkDependsOn(job, job.depends_on, path, ids, problems);
    if (job.on_failure !== undefined) checkHandler(job, job.on_failure, path, ids, problems);
  }
}

function checkDependsOn(
  { job_id: id }: JobDraft,
  dependencies: readonly string[],
  path: Path,
  ids: ReadonlySet<string>,
  problems: Problems,
): void {
  const seen = new Set<string>();
  for (const [index, dependency] of dependencies.entries()) {
    const place = { path: [...path, "depends_on", index] };
    if (seen.has(dependency)) {
      problems.add("duplicate-dependency", place, `${quote(dependency)} is named twice`, "name it once");
    } else if (dependency === id) {
      problems.add("self-dependency", place, `job ${quote(id)} depends on itself`, "remove it here");
    } else if (!ids.has(dependency)) {
      problems.add("unknown-dependency", place, `no job has the id ${quote(dependency)}`, () =>
        didYouMean(dependency, othersThan(id, ids)),
      );
    }
    seen.add(dependency);
  }
}

function checkHandler(
  { job_id: id }: JobDraft,
  handler: string,
  path: Path,
  ids: ReadonlySet<string>,
  problems: Problems,
): void {
  const place = { path: [...path, "on_failure"] };
  if (handler === id) {
    problems.add(
      "self-handler",
      place,
      `job ${quote(id)} cannot be what runs when it has failed`,
      "name another job, or give it a retry_count",
    );
  } else if (!ids.has(handler)) {
    problems.add("unknown-handler", place, `no job has the id ${quote(handler)}`, () =>
      handler === "stop" || handler === "continue"
        ? `"${handler}" is for the whole queue: write on_failure beside "jobs"`
        : didYouMean(handler, othersThan(id, ids)),
    );
  }
}

function* othersThan(id: string | undefined, ids: Iterable<string>): Iterable<string> {
  for (const other of ids) if (other !== id) yield other;
}
