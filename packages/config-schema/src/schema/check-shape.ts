import type * as z from "zod";
import type { Problems } from "../diagnostics/problems.js";
import type { Path } from "../source/located-node.js";
import { reportIssues, type ShapeContext } from "./report-issues.js";
import { withoutPaths } from "./without-paths.js";

/**
 * What of a value has the right shape; the rest is reported.
 *
 * @param partial The same schema with every key optional.
 * @param root What the whole is, where that is not a queue file.
 * @returns `undefined` when the value is no map at all.
 */
export function checkShape<Whole extends Part, Part>(
  whole: z.ZodType<Whole>,
  partial: z.ZodType<Part>,
  value: unknown,
  path: Path,
  problems: Problems,
  root?: ShapeContext["root"],
): Part | undefined {
  if (problems.isFull) return undefined;
  const issues: z.core.$ZodIssue[] = [];
  if (conforms(whole, value, issues)) return value;
  reportIssues(issues, { schema: whole, value, path, problems, ...(root !== undefined && { root }) });
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
