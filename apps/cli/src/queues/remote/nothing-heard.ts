import type { QueueStatus } from "@spawn/status-model";

/** Most instances tell something within a minute or two of their launch. */
const SUSPICIOUS_AFTER_MS = 3 * 60_000;

export interface SilentInstance {
  readonly instanceId: string;
  /** `undefined` where it is not known. */
  readonly region: string | undefined;
  /** Wall clock, ms since the Unix epoch, as the next; NaN where it is not known. */
  readonly launchedAtMs: number;
  readonly wallMs: number;
  /** Whether it has ended. */
  readonly isOver: boolean;
}

/**
 * The status of a queue whose newest instance has told nothing yet: nothing is said that is not known, and where an instance should
 * have been heard by then, where to look for the reason.
 *
 * @param status as the queue file has it, or as it was before that instance
 */
export function nothingHeard(status: QueueStatus, silent: SilentInstance): QueueStatus {
  const { instanceId, launchedAtMs, wallMs, isOver } = silent;
  const since = Number.isNaN(launchedAtMs) ? undefined : new Date(launchedAtMs).toISOString();
  const isSuspicious = isOver || wallMs - launchedAtMs >= SUSPICIOUS_AFTER_MS;
  const warning = { at: new Date(wallMs).toISOString(), message: wordsOf(silent) };
  return {
    ...status,
    instance_id: instanceId,
    ...(since === undefined ? {} : { updated_at: since, nothing_heard_since: since }),
    job_details: status.job_details.map((job) => (isInvented(job) ? { ...job, reason: undefined } : job)),
    estimated_completion: undefined,
    warnings: isSuspicious ? [...status.warnings, warning] : status.warnings,
  };
}

/** Nobody knows of any room on a machine that nothing was heard of. */
function isInvented({ reason }: QueueStatus["job_details"][number]): boolean {
  return reason === "waiting-for-slot" || reason === "waiting-for-resources";
}

function wordsOf({ instanceId, region, isOver }: SilentInstance): string {
  const where = region === undefined ? "" : ` --region ${region}`;
  const what = isOver
    ? `${instanceId} ended before it told anything`
    : `${instanceId} has told nothing since its launch`;
  return `${what}; what its console says: aws ec2 get-console-output --latest --output text${where} --instance-id ${instanceId}`;
}
