import type { SeenCall } from "../e2e/lab/proxy/aws-proxy.js";

/** For each call, how many calls were over one after another when it had been answered. */
export function depths(calls: readonly SeenCall[]): readonly number[] {
  const found: number[] = [];
  for (const [number, { beganMs }] of calls.entries()) {
    const before = found.filter((_depth, other) => (calls[other]?.endedMs ?? Infinity) <= beganMs);
    found[number] = 1 + Math.max(0, ...before);
  }
  return found;
}
