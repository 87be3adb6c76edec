import { formatDuration } from "@spawn/foundation";
import type { Ec2Parts } from "../ec2-parts.js";
import type { Findings } from "./problem.js";

const WARNED_MS = 60_000;
/** From here on AWS takes requests for forged or too old. */
const REFUSED_MS = 5 * 60_000;

/** Whether this machine's clock agrees with AWS's: deadlines come from it, and requests are signed with it. */
export function clockFindings({ clients, clock }: Pick<Ec2Parts, "clients" | "clock">): Findings {
  const awsMs = clients.awsNowMs();
  const aheadMs = awsMs === undefined ? 0 : clock.wallMs() - awsMs;
  const off = Math.abs(aheadMs);
  if (off < WARNED_MS) return { problems: [], notes: [] };
  const message = `this machine's clock is ${formatDuration(off)} ${aheadMs > 0 ? "ahead of" : "behind"} AWS's`;
  if (off < REFUSED_MS) {
    return { problems: [], notes: [`${message}: the instance's deadline is off by as much`] };
  }
  const why = "AWS does not accept what is signed by it, and a deadline would be wrong";
  return {
    problems: [{ code: "aws-failed", message: `${message}: ${why}. Set it (timedatectl set-ntp true)` }],
    notes: [],
  };
}
