import * as z from "zod";
import type { Problems } from "../diagnostics/problems.js";
import type { Path } from "../source/located-node.js";
import { ALIASES } from "./aliases.js";
import { checkShape } from "./check-shape.js";
import { jobSchema } from "./job-schema.js";
import { queueFileSchema } from "./queue-file-schema.js";

/** The file without a look into its jobs, each of which is checked alone. */
const queueHeadSchema = queueFileSchema.extend({
  jobs: z.array(z.unknown()).meta(queueFileSchema.shape.jobs.meta() ?? {}),
});
const partialQueueSchema = queueHeadSchema.partial();
const partialJobSchema = jobSchema.partial();

/** What a job says, as far as it has the right shape; aliases resolved. */
export type JobDraft = Omit<z.output<typeof partialJobSchema>, "env" | "result_paths">;

/** What a queue file says, as far as it has the right shape; aliases resolved. Each job keeps its place. */
export interface QueueDraft extends Omit<z.output<typeof partialQueueSchema>, "env" | "jobs" | "$schema"> {
  readonly jobs: readonly JobDraft[];
}

/** Checks the shape of a whole file: types, keys, ranges. What is wrong is reported, and left out of the result. */
export function draftQueue(value: unknown, problems: Problems): QueueDraft | undefined {
  const head = checkShape(queueHeadSchema, partialQueueSchema, value, [], problems);
  if (head === undefined) return undefined;
  reportBothSpellings(head, [], problems);
  const { $schema: _, env, jobs = [], ...rest } = head;
  if (jobs.length === 0 && Array.isArray(head.jobs)) {
    problems.add("no-jobs", { path: ["jobs"] }, "the queue has no jobs", "add at least one job");
  }
  return {
    ...rest,
    ...(env !== undefined && rest.environment === undefined && { environment: env }),
    jobs: jobs.map((job, position) => draftJob(job, ["jobs", position], problems)),
  };
}

function draftJob(value: unknown, path: Path, problems: Problems): JobDraft {
  const job = checkShape(jobSchema, partialJobSchema, value, path, problems);
  if (job === undefined) return {};
  if (job.env === undefined && job.result_paths === undefined) return job;
  reportBothSpellings(job, path, problems);
  const { env, result_paths, ...rest } = job;
  return {
    ...rest,
    ...(env !== undefined && rest.environment === undefined && { environment: env }),
    ...(result_paths !== undefined && rest.result_files === undefined && { result_files: result_paths }),
  };
}

function reportBothSpellings(value: object, path: Path, problems: Problems): void {
  for (const [name, alias] of ALIASES) {
    if (!Object.hasOwn(value, name) || !Object.hasOwn(value, alias)) continue;
    problems.add(
      "both-spellings",
      { path: [...path, alias], part: "key" },
      `"${alias}" and "${name}" are the same key, and both are given`,
      `merge them into "${name}"`,
    );
  }
}
