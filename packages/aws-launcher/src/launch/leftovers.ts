import type { Clock } from "@spawn/foundation";
import { type Ec2Instance, isLive } from "../instances/ec2-instance.js";
import { type Intent, IntentFolder } from "./intent-file.js";
import { isMadeBy } from "./made-by.js";
import { isUnderWay, type Processes } from "./reconcile.js";

/** A launch that was begun on this machine, whose process was killed, and of which something may be left. */
export type Leftover = Pick<Intent, "queue_id" | "launch_id" | "region" | "account" | "role">;

/** What this machine's disk tells of them; AWS is not asked. @throws SpawnError `permission-denied`. */
export function leftovers(clock: Clock, stateFolder: string, processes: Processes): readonly Leftover[] {
  return new IntentFolder(stateFolder).read().filter((intent) => !isUnderWay(intent, clock, processes));
}

/** The leftover that a live instance is, if it is one: the next launch, or `gc`, ends it. */
export function leftoverOf(all: readonly Leftover[], instance: Ec2Instance): Leftover | undefined {
  if (!isLive(instance)) return undefined;
  return all.find((leftover) => isMadeBy(leftover, instance));
}
