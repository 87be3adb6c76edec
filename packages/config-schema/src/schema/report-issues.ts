import type * as z from "zod";
import type { DiagnosticCode } from "../diagnostics/diagnostic.js";
import { didYouMean, nearest } from "../diagnostics/nearest.js";
import type { Problems } from "../diagnostics/problems.js";
import type { Path } from "../source/located-node.js";
import { describeValue } from "./describe-value.js";
import { rangeSuggestion } from "./range-suggestion.js";
import { fieldHints, knownKeys, schemaAt } from "./schema-at.js";
import { SMALLEST_FILE } from "./smallest-file.js";
import { SYNONYMS } from "./synonyms.js";
import { expectedType, typeSuggestion } from "./type-suggestion.js";

type Issue = z.core.$ZodIssue;

/** What the shape of a value is checked against, and where that value stands in its file. */
export interface ShapeContext {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  readonly path: Path;
  readonly problems: Problems;
  /** What the whole is called and how a small one looks, where it is not a queue file. */
  readonly root?: { readonly name: string; readonly example: string };
}

/** Says in this project's words what zod found; at most one thing for each place. */
export function reportIssues(issues: readonly Issue[], context: ShapeContext): void {
  const seen = new Set<string>();
  for (const issue of issues) {
    if (context.problems.isFull) return;
    const place = JSON.stringify(issue.path);
    if (seen.has(place)) continue;
    seen.add(place);
    reportIssue(issue, context);
  }
}

function reportIssue(issue: Issue, context: ShapeContext): void {
  const path = [...context.path, ...stepsOf(issue.path)];
  const value = valueAt(context.value, issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      reportUnknownKeys(issue.keys, path, knownKeys(schemaAt(context.schema, issue.path)), context.problems);
      return;
    case "invalid_type":
      if (value === undefined) reportMissing(issue.path, path, context);
      else if (issue.expected === "int" && typeof value === "number")
        reportRange(issue, path, value, context);
      else reportType(issue.expected, value, path, issue.path, context);
      return;
    case "invalid_union":
      reportType("text", value, path, issue.path, context);
      return;
    case "invalid_value":
      reportChoice(issue, value, path, context);
      return;
    case "too_small":
    case "too_big":
      if (issue.origin === "string")
        context.problems.add("empty-text", { path }, "this text is empty", "leave the key out");
      else reportRange(issue, path, value, context);
      return;
    default:
      context.problems.add("wrong-type", { path }, issue.message);
  }
}

function reportUnknownKeys(
  keys: readonly string[],
  path: Path,
  known: readonly string[],
  problems: Problems,
): void {
  for (const key of keys) {
    if (problems.isFull) return;
    const message = `the key ${JSON.stringify(key)} is not known here`;
    problems.add("unknown-key", { path: [...path, key], part: "key" }, message, {
      cost: known.length,
      find: () => suggestKey(key, known),
    });
  }
}

function suggestKey(key: string, known: readonly string[]): string {
  const synonym = SYNONYMS.get(key.toLowerCase())?.find((name) => known.includes(name));
  if (synonym !== undefined) return `did you mean "${synonym}"?`;
  return didYouMean(key, known) ?? `the keys here are ${known.join(", ")}`;
}

function reportMissing(inner: readonly PropertyKey[], path: Path, context: ShapeContext): void {
  const name = String(path.at(-1));
  const { example } = fieldHints(context.schema, inner);
  context.problems.add(
    "missing-key",
    { path: path.slice(0, -1) },
    `"${name}" is missing`,
    example === undefined
      ? `add "${name}"`
      : `add "${name}", for example "${name}": ${JSON.stringify(example)}`,
  );
}

function reportType(
  expected: string,
  value: unknown,
  path: Path,
  inner: readonly PropertyKey[],
  { schema, problems, root }: ShapeContext,
): void {
  const name = path.at(-1);
  const hints = fieldHints(schema, inner);
  const subject =
    name === undefined ? (root?.name ?? "a queue file") : typeof name === "number" ? "this" : `"${name}"`;
  problems.add(
    "wrong-type",
    { path },
    `${subject} must be ${expectedType(expected, hints)}, not ${describeValue(value)}`,
    name === undefined ? (root?.example ?? suggestRoot(value)) : typeSuggestion(expected, value, hints),
  );
}

function suggestRoot(value: unknown): string {
  return Array.isArray(value) ? `put the list of jobs in a map: {"jobs": […]}` : SMALLEST_FILE;
}

function reportChoice(
  issue: Extract<Issue, { code: "invalid_value" }>,
  value: unknown,
  path: Path,
  { problems }: ShapeContext,
): void {
  const choices = issue.values.map(String);
  const close = typeof value === "string" ? nearest(value, choices) : undefined;
  problems.add(
    "bad-choice",
    { path },
    `"${String(path.at(-1))}" cannot be ${describeValue(value)}`,
    `write ${(close === undefined ? choices : [close]).map((choice) => `"${choice}"`).join(" or ")}`,
  );
}

/** Fields whose wrong numbers have a code of their own. */
const RANGE_CODES: ReadonlyMap<PropertyKey, DiagnosticCode> = new Map([
  ["retry_count", "bad-retry-count"],
  ["max_attempts", "bad-retry-count"],
  ["retry_on_codes", "bad-exit-code"],
  ["dont_retry_on_codes", "bad-exit-code"],
]);

function reportRange(issue: Issue, path: Path, value: unknown, { schema, problems }: ShapeContext): void {
  const field = path.findLast((step) => typeof step === "string") ?? "";
  problems.add(
    RANGE_CODES.get(field) ?? "out-of-range",
    { path },
    `${describeValue(value)} is out of range for "${field}"`,
    rangeSuggestion(schemaAt(schema, issue.path)),
  );
}

function stepsOf(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
