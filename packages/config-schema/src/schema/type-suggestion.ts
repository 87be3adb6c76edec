import { parseDuration } from "@spawn/foundation";
import { DURATION_PATTERN, SIZE_PATTERN } from "./patterns.js";
import type { FieldHints } from "./schema-at.js";

/** A type's name in a message; `type` as zod names it. */
export function expectedType(type: string, { pattern }: FieldHints): string {
  if (type === "string" && pattern === DURATION_PATTERN.source) return "a duration";
  if (type === "string" && pattern === SIZE_PATTERN.source) return "a size";
  return TYPE_NAMES.get(type) ?? type;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "a map"],
  ["record", "a map"],
]);

/** What to write where a value of another type was expected. */
export function typeSuggestion(
  expected: string,
  value: unknown,
  { pattern, example }: FieldHints,
): string | undefined {
  if (value === null) return "give it a value, or leave the key out";
  if (pattern === SIZE_PATTERN.source && typeof value === "number") return sizeSuggestion(value);
  const repaired = repair(expected, value, pattern === DURATION_PATTERN.source);
  if (repaired !== undefined) return `write ${repaired}`;
  return example === undefined ? undefined : `for example ${JSON.stringify(example)}`;
}

function repair(expected: string, value: unknown, isDuration: boolean): string | undefined {
  switch (expected) {
    case "string":
    case "text":
      if (typeof value === "number") return isDuration ? secondsText(value) : `"${value}"`;
      return typeof value === "boolean" && !isDuration ? `"${value}"` : undefined;
    case "array":
      return typeof value === "string" ? JSON.stringify([value]) : undefined;
    case "number":
    case "int":
      return typeof value === "string" && /^\d+$/.test(value.trim()) ? value.trim() : undefined;
    case "boolean":
      return typeof value === "string" ? BOOLEAN_WORDS.get(value.toLowerCase()) : undefined;
    default:
      return undefined;
  }
}

const BOOLEAN_WORDS: ReadonlyMap<string, string> = new Map([
  ["true", "true"],
  ["yes", "true"],
  ["on", "true"],
  ["false", "false"],
  ["no", "false"],
  ["off", "false"],
]);

function secondsText(seconds: number): string | undefined {
  const text = `${seconds}s`;
  return parseDuration(text) === undefined ? undefined : `"${text}"`;
}

/** From here on a bare number is rather bytes than anything larger. */
const LIKELY_BYTES = 1e6;

function sizeSuggestion(value: number): string | undefined {
  if (!(value > 0)) return undefined;
  if (value >= LIKELY_BYTES) return `give its unit: "${value}B"`;
  return `give its unit: "${value}GB" (10⁹ bytes each) or "${value}GiB" (2³⁰ bytes each)`;
}
