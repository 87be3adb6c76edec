import type * as z from "zod";

type Container = Record<string, unknown>;

/**
 * A copy of `value` without what `issues` complain about, so that the rest can still be looked at. A list with a wrong
 * element is left out whole, since the places of the others would no longer be true. O(size of what is copied).
 */
export function withoutPaths(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const holder: Container = { value };
  const copied = new Set<unknown>();
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) remove(holder, ["value", ...issue.path, key], copied);
    } else {
      remove(holder, ["value", ...issue.path], copied);
    }
  }
  return holder.value;
}

function remove(holder: Container, path: readonly PropertyKey[], copied: Set<unknown>): void {
  let container = holder;
  for (const [depth, step] of path.entries()) {
    const key = String(step);
    const child = Object.hasOwn(container, key) ? container[key] : undefined;
    if (depth === path.length - 1 || !isContainer(child)) {
      delete container[key];
      return;
    }
    if (copied.has(child)) {
      container = child;
    } else {
      const copy = { ...child };
      copied.add(copy);
      container[key] = copy;
      container = copy;
    }
  }
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
