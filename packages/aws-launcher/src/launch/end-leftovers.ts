import type { Ec2Parts } from "../ec2-parts.js";
import { callerIdentity } from "../plan/survey.js";
import { IntentFolder } from "./intent-file.js";
import type { LaunchEvent } from "./launch-events.js";
import { reconcile } from "./reconcile.js";

/**
 * Ends what launches on this machine left behind whose process was killed, in all regions.
 *
 * @returns the queues whose launch had been begun, and of which nothing is left.
 * @throws SpawnError `permission-denied`, `aws-failed`.
 */
export async function endLeftovers(
  {
    clients,
    clock,
    stateFolder,
    processes,
  }: Pick<Ec2Parts, "clients" | "clock" | "stateFolder" | "processes">,
  onEvent: (event: LaunchEvent) => void = () => {},
): Promise<readonly string[]> {
  const folder = new IntentFolder(stateFolder);
  if (folder.read().length === 0) return [];
  const { account } = await callerIdentity(clients);
  return await reconcile(clients, clock, folder, account, processes, onEvent);
}
