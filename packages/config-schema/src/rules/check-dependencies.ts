import { didYouMean } from "../diagnostics/nearest.js";
import type { ProblemPlace, Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import type { QueueDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";
import { hasRepeats } from "./has-repeats.js";

interface JobContext {
  readonly id: string | undefined;
  readonly path: Path;
  /** Of all jobs. */
  readonly ids: ReadonlySet<string>;
  readonly problems: Problems;
}

/** What jobs say of other jobs: `depends_on` and `on_failure` name jobs that exist, and others than themselves. */
export function checkDependencies({ jobs }: QueueDraft, ids: ReadonlySet<string>, problems: Problems): void {
  for (const [position, job] of jobs.entries()) {
    if (job.depends_on === undefined && job.on_failure === undefined) continue;
    const context: JobContext = { id: job.job_id, path: ["jobs", position], ids, problems };
    if (job.depends_on !== undefined) checkDependsOn(job.depends_on, context);
    if (job.on_failure !== undefined) checkHandler(job.on_failure, context);
  }
}

function checkDependsOn(dependencies: readonly string[], context: JobContext): void {
  const { id, path, ids, problems } = context;
  const placeOf = (index: number): ProblemPlace => ({ path: [...path, "depends_on", index] });
  for (let index = 0; index < dependencies.length; index += 1) {
    const dependency = dependencies[index] ?? "";
    if (dependency === id) {
      problems.add("self-dependency", placeOf(index), `job ${quote(id)} depends on itself`, "remove it here");
    } else if (!ids.has(dependency)) {
      reportUnknown("unknown-dependency", dependency, placeOf(index), context);
    }
  }
  for (const index of repeated(dependencies)) {
    const message = `${quote(dependencies[index] ?? "")} is named twice`;
    problems.add("duplicate-dependency", placeOf(index), message, "name it once");
  }
}

/** Places whose text stood before. */
function repeated(texts: readonly string[]): number[] {
  if (!hasRepeats(texts)) return [];
  const seen = new Set<string>();
  return [...texts.keys()].filter((index) => seen.size === seen.add(texts[index] ?? "").size);
}

function checkHandler(handler: string, context: JobContext): void {
  const { id, path, ids, problems } = context;
  const place = { path: [...path, "on_failure"] };
  if (handler === id) {
    const message = `job ${quote(id)} cannot be what runs when it has failed`;
    problems.add("self-handler", place, message, "name another job, or give it a retry_count");
  } else if (!ids.has(handler) && (handler === "stop" || handler === "continue")) {
    const message = `"${handler}" says what a failure means for the whole queue, and this is a job`;
    problems.add("unknown-handler", place, message, 'write on_failure beside "jobs"');
  } else if (!ids.has(handler)) {
    reportUnknown("unknown-handler", handler, place, context);
  }
}

/** So many ids are listed where none is like the one that was written. */
const LISTED_IDS = 5;

function reportUnknown(
  code: "unknown-dependency" | "unknown-handler",
  name: string,
  place: ProblemPlace,
  { id: own, ids, problems }: JobContext,
): void {
  problems.add(code, place, `no job has the id ${quote(name)}`, {
    cost: ids.size,
    find() {
      const others = [...ids].filter((id) => id !== own);
      if (others.length === 0) return "there is no other job";
      const listed = others.slice(0, LISTED_IDS).join(", ");
      return (
        didYouMean(name, others) ?? `the other jobs are ${listed}${others.length > LISTED_IDS ? ", …" : ""}`
      );
    },
  });
}
