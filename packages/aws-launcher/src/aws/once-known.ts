import type { Clock } from "@spawn/foundation";
import { awsErrorName, kindOf } from "./aws-errors.js";
import { patiently } from "./patience.js";

/** AWS speaks of seconds; what takes longer is something else. */
const KNOWN_WITHIN_MS = 60_000;

/**
 * Does something with what was made a moment ago, by this launch or by another one at the same time: again while AWS does not
 * know it everywhere, or says that somebody else is changing it.
 */
export function onceKnown<Value>(clock: Clock, action: () => Promise<Value>): Promise<Value> {
  const worthwhile = (error: unknown): boolean =>
    kindOf(error) === "not-found" ||
    /^(ConcurrentModification|EntityTemporarilyUnmodifiable)/.test(awsErrorName(error));
  return patiently({ clock, withinMs: KNOWN_WITHIN_MS, worthwhile }, action);
}
