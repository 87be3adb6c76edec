import * as z from "zod";

/** Says which numbers a field takes: `write a whole number from 0 to 255`. */
export function rangeSuggestion(schema: z.core.$ZodType | undefined): string | undefined {
  if (!(schema instanceof z.ZodNumber)) return undefined;
  const kind = schema.format === "safeint" ? "a whole number" : "a number";
  const { minimum, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER } = z.toJSONSchema(schema);
  if (exclusiveMinimum !== undefined) return `write ${kind} greater than ${exclusiveMinimum}`;
  if (minimum === undefined) return `write ${kind}`;
  return maximum < Number.MAX_SAFE_INTEGER
    ? `write ${kind} from ${minimum} to ${maximum}`
    : `write ${kind}, at least ${minimum}`;
}
