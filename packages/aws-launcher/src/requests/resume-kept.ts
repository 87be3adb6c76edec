import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { sleep } from "../aws/patience.js";
import { removeCarried, storeCarried } from "../carried/carried-parameters.js";
import type { Ec2Parts } from "../ec2-parts.js";
import type { Ec2Instance } from "../instances/ec2-instance.js";
import { putRequest } from "./put-request.js";

/** The agent looks every ten seconds. */
const TAKEN_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

export interface KeptResumeRequest {
  /** Values by name, for the queue's jobs. */
  readonly carried: Readonly<Record<string, string>>;
  /** Jobs that run again although they completed. */
  readonly rerun: readonly string[];
}

/**
 * Lets a queue that is over go on on its instance, which was kept for that. Returns once the instance has taken it up.
 *
 * @throws SpawnError `not-resumable` where it does not; `permission-denied`, `store-failed`, `aws-failed`.
 */
export async function resumeKept(
  parts: Ec2Parts,
  { instanceId, queueId }: Ec2Instance,
  { carried, rerun }: KeptResumeRequest,
): Promise<void> {
  const { clients, clock, store } = parts;
  const { status } = queueKeys(queueId);
  const before = await store.readIfChanged(status, undefined);
  await storeCarried(clients, queueId, carried);
  const key = await putRequest(parts, queueId, { kind: "resume", rerun });
  const end = clock.bootMs() + TAKEN_WITHIN_MS;
  // Its state in the store says that it is over until the instance says otherwise.
  while ((await store.readIfChanged(status, versionOf(before))).kind !== "changed") {
    if (clock.bootMs() > end) {
      await store.remove(key);
      await removeCarried(clients, queueId);
      throw new SpawnError("not-resumable", `${instanceId} does not take the queue up again`, {
        hint: `It may be about to end. When it is gone, or after spawn terminate ${instanceId}, the queue goes on on a new one: spawn queue resume ${queueId}`,
      });
    }
    await sleep(clock, LOOK_EVERY_MS);
  }
}

function versionOf(look: Awaited<ReturnType<Ec2Parts["store"]["readIfChanged"]>>): string | undefined {
  return look.kind === "changed" ? look.version : undefined;
}
