import * as z from "zod";

/** The schema of what stands at `path` below `schema`, without its `optional`; `undefined` where the path leaves the schema. */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  const bare = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  const [key, ...rest] = path;
  if (key === undefined) return bare;
  const inner = innerSchema(bare, key);
  return inner && schemaAt(inner, rest);
}

function innerSchema(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape).find(([name]) => name === key)?.[1];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/** The keys of the map that `schema` describes. */
export function knownKeys(schema: z.core.$ZodType | undefined): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** What a field's description says of its values: how they look, and an example. */
export interface FieldHints {
  readonly pattern?: string;
  readonly example?: unknown;
}

export function fieldHints(schema: z.core.$ZodType, path: readonly PropertyKey[]): FieldHints {
  const [parent, name] = [schemaAt(schema, path.slice(0, -1)), path.at(-1)];
  const field = parent !== undefined && name !== undefined ? innerSchema(parent, name) : undefined;
  const hints: { pattern?: string; example?: unknown } = {};
  for (const layer of [field, field && schemaAt(field, [])]) {
    const meta = layer && z.globalRegistry.get(layer);
    const [example] = Array.isArray(meta?.examples) ? meta.examples : [];
    if (example !== undefined) hints.example = example;
    if (typeof meta?.pattern === "string") hints.pattern = meta.pattern;
  }
  return hints;
}
