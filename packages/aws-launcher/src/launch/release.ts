import { type Clock, SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { removeCarried } from "../carried/carried-parameters.js";
import { removeGuard } from "../guard/deadline-schedule.js";
import { endInstance } from "../instances/find-instances.js";
import { removeSshGroup } from "../network/security-group.js";
import { removeInstanceRole } from "../role/instance-role.js";

export interface Belongings {
  readonly queueId: string;
  readonly instances: readonly string[];
  /** Of the role and profile that spawn made for the queue. */
  readonly role: string | null;
  /** Whether another instance of the queue lives, which needs what is the queue's. */
  readonly isShared?: boolean;
}

/**
 * Ends instances and removes all that was made for them. Everything is tried, whatever else fails; what cannot be
 * removed is said in words.
 */
export async function release(
  clients: AwsClients,
  clock: Clock,
  { queueId, instances, role, isShared = false }: Belongings,
): Promise<readonly string[]> {
  const steps: (() => Promise<void>)[] = [
    ...instances.map((id) => () => endInstance(clients, clock, id)),
    ...instances.map((id) => () => removeGuard(clients, id)),
    ...(isShared ? [] : [() => removeCarried(clients, queueId)]),
    ...(role === null || isShared ? [] : [() => removeInstanceRole(clients, clock, role)]),
    // Last: it may have to wait for the instances.
    ...(isShared ? [] : [() => removeSshGroup(clients, clock, queueId)]),
  ];
  const failures: string[] = [];
  let ended = true;
  for (const [at, step] of steps.entries()) {
    // The guard stays where the instance could not be ended: it is what ends it then.
    if (at >= instances.length && at < 2 * instances.length && !ended) continue;
    try {
      await step();
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      if (at < instances.length) ended = false;
      failures.push(error.message);
    }
  }
  return failures;
}
