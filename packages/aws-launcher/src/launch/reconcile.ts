import { hostname } from "node:os";
import { type Clock, errnoOf } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { isLive } from "../instances/ec2-instance.js";
import { findInstances } from "../instances/find-instances.js";
import type { Intent, IntentFolder } from "./intent-file.js";
import type { LaunchEvent } from "./launch-events.js";
import { isMadeBy } from "./made-by.js";
import { release } from "./release.js";

/** Until then an instance may exist that a search does not show yet. */
const SHOWN_AFTER_MS = 5 * 60_000;
/** Whatever takes longer is written down while it lasts: a launch silent for so long is over, whatever its process id says. */
const LONGEST_SILENCE_MS = 30 * 60_000;

/** The processes of this machine. */
export interface Processes {
  readonly host: string;
  /** Of this process. */
  readonly own: number;
  isAlive(pid: number): boolean;
}

export function systemProcesses(): Processes {
  return {
    host: hostname(),
    own: process.pid,
    isAlive(pid) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        return errnoOf(error) === "EPERM";
      }
    },
  };
}

/** Who is at work on a launch. */
export type AtWork = Pick<Intent, "pid" | "host" | "at_work_at">;

/** Whether somebody is still at work on it. */
export function isUnderWay(launch: AtWork, clock: Clock, processes: Processes): boolean {
  if (launch.pid === null) return false;
  if (!(clock.wallMs() - Date.parse(launch.at_work_at) <= LONGEST_SILENCE_MS)) return false;
  return launch.host !== processes.host || processes.isAlive(launch.pid);
}

/**
 * Ends what launches left behind whose process died: the instances that they made, roles, variables. What
 * cannot be settled yet stays written down, for the next command.
 *
 * @returns the queues of which nothing is left.
 */
export async function reconcile(
  clients: AwsClients,
  clock: Clock,
  folder: IntentFolder,
  account: string,
  processes: Processes,
  tell: (event: LaunchEvent) => void,
): Promise<readonly string[]> {
  const settled: string[] = [];
  for (const intent of folder.read()) {
    if (intent.account !== account || isUnderWay(intent, clock, processes)) continue;
    if (await settle(clients.inRegion(intent.region), clock, folder, intent, tell))
      settled.push(intent.queue_id);
  }
  return settled;
}

/** Returns whether the intent is settled: nothing of it is left. */
export async function settle(
  clients: AwsClients,
  clock: Clock,
  folder: IntentFolder,
  intent: Intent,
  tell: (event: LaunchEvent) => void,
): Promise<boolean> {
  const { queue_id: queueId, instance_id: known, role } = intent;
  const live = (await findInstances(clients, queueId)).filter(isLive);
  const found = live.filter((instance) => isMadeBy(intent, instance));
  const others = live.length > found.length;
  const instances = [
    ...new Set([...(known === null ? [] : [known]), ...found.map(({ instanceId }) => instanceId)]),
  ];
  if (others && instances.length === 0) {
    folder.remove(intent);
    return true;
  }
  const failures = await release(clients, clock, { queueId, instances, role, isShared: others });
  if (instances.length > 0) tell({ type: "ended-leftover", queueId, instances });
  for (const message of failures) tell({ type: "warning", message });
  const sinceCall = intent.called_at === null ? Infinity : clock.wallMs() - Date.parse(intent.called_at);
  const certain = instances.length > 0 || sinceCall > SHOWN_AFTER_MS;
  if (!certain || failures.length > 0) return false;
  folder.remove(intent);
  return true;
}
