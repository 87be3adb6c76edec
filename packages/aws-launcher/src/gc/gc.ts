import type { Ec2Parts } from "../ec2-parts.js";
import { IntentFolder } from "../launch/intent-file.js";
import type { LaunchEvent } from "../launch/launch-events.js";
import { leftovers } from "../launch/leftovers.js";
import { reconcile } from "../launch/reconcile.js";
import { callerIdentity } from "../plan/survey.js";
import { collectGarbage } from "./collect-garbage.js";
import { findLeftovers } from "./find-leftovers.js";
import type { GcItem, GcReport } from "./gc-report.js";

/** In all regions of the account; what killed launches left behind comes first. @throws SpawnError `permission-denied`. */
export async function gc(
  {
    clients,
    clock,
    stateFolder,
    processes,
  }: Pick<Ec2Parts, "clients" | "clock" | "stateFolder" | "processes">,
  options: { readonly dryRun: boolean; readonly onEvent?: (event: LaunchEvent) => void },
): Promise<GcReport> {
  const { dryRun, onEvent = () => {} } = options;
  const { account } = await callerIdentity(clients);
  if (!dryRun) {
    await reconcile(clients, clock, new IntentFolder(stateFolder), account, processes, onEvent);
    return collectGarbage({ clients, clock, dryRun });
  }
  const killed = leftovers(clock, stateFolder, processes).filter((one) => one.account === account);
  const left = await findLeftovers(clients, killed);
  const report = await collectGarbage({ clients, clock, dryRun });
  const isOther = ({ kind, region, id }: GcItem): boolean =>
    !left.items.some((item) => item.kind === kind && item.region === region && item.id === id);
  return {
    ...report,
    found: [...left.items, ...report.found.filter(isOther)],
    young: report.young.filter(isOther),
    notLookedAt: [...left.notLookedAt, ...report.notLookedAt],
  };
}
