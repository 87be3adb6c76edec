import * as z from "zod";
import type { Problems } from "../diagnostics/problems.js";
import type { Path } from "../source/located-node.js";
import { ALIASES } from "./aliases.js";
import { jobSchema } from "./job-schema.js";
import { queueFileSchema } from "./queue-file-schema.js";
import { reportIssues } from "./report-issues.js";
import { withoutPaths } from "./without-paths.js";

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

/**
 * @param partial The same schema with every key optional.
 * @returns `undefined` when the value is no map at all.
 */
function checkShape<Whole extends Part, Part>(
  whole: z.ZodType<Whole>,
  partial: z.ZodType<Part>,
  value: unknown,
  path: Path,
  problems: Problems,
): Part | undefined {
  if (problems.isFull) return undefined;
  const issues: z.core.$ZodIssue[] = [];
  if (conforms(whole, value, issues)) return value;
  reportIssues(issues, { schema: whole, value, path, problems });
  if (problems.isFull) return undefined;
  const rest = withoutPaths(value, issues);
  return conforms(partial, rest, []) ? rest : undefined;
}

/**
 * The value itself is used then, not zod's copy: of a hundred thousand jobs, copies that stay cost more than the checks.
 *
 * @param issues Gets what is wrong.
 */
function conforms<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  issues: z.core.$ZodIssue[],
): value is Value {
  const { error } = schema.safeParse(value);
  for (const issue of error?.issues ?? []) issues.push(issue);
  return error === undefined;
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
