/**
 * Whether a name that came from outside (a manifest) stays below the folder it is put into: relative, no empty part,
 * no `.`, no `..`, no NUL.
 */
export function isSafeName(name: string): boolean {
  if (name.includes("\0")) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
