/** Says whether a parsed JSON value has a type. */
export type Guard<T> = (value: unknown) => value is T;

/** One guard per field of `T`, those that may be absent included. */
export type Shape<T> = { readonly [K in keyof T]-?: Guard<T[K]> };

export const isString: Guard<string> = (value) => typeof value === "string";
export const isBoolean: Guard<boolean> = (value) => typeof value === "boolean";
export const isNumber: Guard<number> = (value): value is number => Number.isFinite(value);

/** Milliseconds, or another amount: 0 or more, fractions allowed. */
export const isAmount: Guard<number> = (value): value is number =>
  typeof value === "number" && value >= 0 && value < Infinity;

/** A whole number, 0 or more. */
export const isCount: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** A whole number, 1 or more. */
export const isOrdinal: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 1;

/** Uniform in [0, 1). */
export const isChance: Guard<number> = (value): value is number => isAmount(value) && value < 1;

export const isObject: Guard<Record<string, unknown>> = (value): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function arrayOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

export function oneOf<T extends string>(...words: readonly T[]): Guard<T> {
  const known = new Set<unknown>(words);
  return (value): value is T => known.has(value);
}

/** An object whose fields all fit; it may have more. */
export function objectOf<T>(shape: Shape<T>): Guard<T> {
  const fields = fieldsOf(shape);
  return (value): value is T => isObject(value) && firstMisfit(fields, value) === undefined;
}

export type Fields = readonly (readonly [name: string, guard: Guard<unknown>])[];

export function fieldsOf<T>(shape: Shape<T>): Fields {
  return Object.entries<Guard<unknown>>(shape);
}

/** The name of the first field that is not as it must be. */
export function firstMisfit(fields: Fields, value: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, guard] of fields) if (!guard(value[name])) return name;
  return undefined;
}

type Variant<U, Tag extends keyof U, Value> = Extract<U, Readonly<Record<Tag, Value>>>;

/** A union told apart by the word in its field `tag`. */
export function unionOf<U, Tag extends keyof U & string>(
  tag: Tag,
  shapes: { readonly [V in U[Tag] & string]: Shape<Omit<Variant<U, Tag, V>, Tag>> },
): Guard<U> {
  const fieldsByTag = new Map(
    Object.entries<Shape<unknown>>(shapes).map(([word, shape]) => [word, fieldsOf(shape)]),
  );
  return (value): value is U => {
    if (!isObject(value)) return false;
    const word = value[tag];
    const fields = isString(word) ? fieldsByTag.get(word) : undefined;
    return fields !== undefined && firstMisfit(fields, value) === undefined;
  };
}
