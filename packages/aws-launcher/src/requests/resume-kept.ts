import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { sleep } from "../aws/patience.js";
import { removeCarried, storeCarried } from "../carried/carried-parameters.js";
import type { Ec2Parts } from "../ec2-parts.js";
import type { Ec2Instance } from "../instances/ec2-instance.js";
import { readStoredLaunch } from "../launch/stored-instance.js";
import type { ShippedFolder } from "../request.js";
import { putRequest } from "./put-request.js";

/** The agent looks every ten seconds. */
const TAKEN_WITHIN_MS = 60_000;
/** Where it fetches and unpacks a work folder first. */
const UNPACKED_WITHIN_MS = 15 * 60_000;
const LOOK_EVERY_MS = 1_000;

export interface KeptResumeRequest {
  /** Values by name, for the queue's jobs. */
  readonly carried: Readonly<Record<string, string>>;
  /** Jobs that run again although they completed. */
  readonly rerun: readonly string[];
  /** Its files are laid over those of the work folder that is there. */
  readonly workdir?: ShippedFolder | undefined;
}

/**
 * Lets a queue that is over go on on its instance, which was kept for that. Returns once the instance has taken it up.
 *
 * @throws SpawnError `not-resumable` where it does not; `permission-denied`, `store-failed`, `aws-failed`.
 */
export async function resumeKept(
  parts: Ec2Parts,
  { instanceId, queueId }: Ec2Instance,
  { carried, rerun, workdir }: KeptResumeRequest,
): Promise<void> {
  const { clients, clock, store } = parts;
  const { status } = queueKeys(queueId);
  const before = await store.readIfChanged(status, undefined);
  await storeCarried(clients, queueId, carried);
  if (workdir?.archive !== undefined) await ship(store, queueId, workdir, workdir.archive);
  const shipped = workdir && { workdir: { sha256: workdir.sha256 } };
  const key = await putRequest(parts, queueId, { kind: "resume", rerun, ...shipped });
  const end = clock.bootMs() + (workdir === undefined ? TAKEN_WITHIN_MS : UNPACKED_WITHIN_MS);
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

/** Stores the archive, and what the next launch of the queue is to know of it. */
async function ship(
  store: ResultStore,
  queueId: string,
  { archive: _, ...folder }: ShippedFolder,
  archive: string,
): Promise<void> {
  const keys = queueKeys(queueId);
  await store.putFile(keys.workdir, archive, { durable: true });
  for (const key of [keys.launch, keys.instance]) {
    const before = readStoredLaunch(await store.readBytes(key));
    if (before === undefined) continue;
    const text = `${JSON.stringify({ ...before, workdir: folder }, undefined, 2)}\n`;
    await store.putBytes(key, Buffer.from(text), { durable: true });
  }
}

function versionOf(look: Awaited<ReturnType<Ec2Parts["store"]["readIfChanged"]>>): string | undefined {
  return look.kind === "changed" ? look.version : undefined;
}
