/** Closes a `switch` over a union: a variant that nobody handles is a type error, and at run time a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
