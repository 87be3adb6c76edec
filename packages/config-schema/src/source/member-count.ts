/**
 * Members of all objects in a value, but for those named `__proto__`, which nobody can use. Recursive: for values whose
 * depth is known to be small.
 */
export function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += countMembers(item);
    return members;
  }
  for (const [key, member] of Object.entries(value)) {
    if (key !== "__proto__") members += 1 + countMembers(member);
  }
  return members;
}
