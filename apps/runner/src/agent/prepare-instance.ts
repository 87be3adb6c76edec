import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import type { Clock } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { bringQueue } from "../moving/bring-queue.js";
import { fetchObject } from "./fetch-object.js";
import { unpackWorkdir } from "./unpack-workdir.js";

export interface PrepareOptions {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly layout: InstanceLayout;
  readonly instanceId: string;
  /** Of the shipped work folder, if there is one. */
  readonly workdirSha256: string | undefined;
  /** Whether jobs that completed elsewhere and declare no results need not run again. */
  readonly trustCompleted: boolean;
  readonly clock: Clock;
}

/**
 * Brings the queue file and the work folder from the store to the instance, and what a queue reached on another instance
 * before; what is there already stays as it is.
 *
 * @throws SpawnError `queue-not-found`, `verification-failed`; `store-failed`, `permission-denied`, `no-space`.
 */
export async function prepareInstance(options: PrepareOptions): Promise<void> {
  const { store, queueId, layout, workdirSha256 } = options;
  mkdirSync(layout.state, { recursive: true, mode: 0o755 });
  if (!existsSync(layout.queueFile)) {
    await fetchObject(store, queueKeys(queueId).queueFile, layout.queueFile);
  }
  if (workdirSha256 !== undefined) await bringWorkdir(options, workdirSha256);
  if (await wasElsewhere(options)) {
    const wallMs = (): number => options.clock.wallMs();
    await bringQueue({ ...options, root: layout.root, workingDirectory: layout.work, wallMs });
  }
}

/** Whether the queue was on another instance, of which the store alone is left. */
async function wasElsewhere({ store, queueId, layout }: PrepareOptions): Promise<boolean> {
  if (existsSync(layout.journal)) return false;
  for await (const _segment of store.list(queueKeys(queueId).journalFolder)) return true;
  return false;
}

async function bringWorkdir(options: PrepareOptions, sha256: string): Promise<void> {
  const { layout } = options;
  const sign = join(layout.state, "workdir.sha256");
  if (isSigned(sign, sha256)) return;
  const unpacked = join(layout.state, "work.unpacked");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { mode: 0o755 });
  await unpackWorkdir(options, sha256, unpacked);
  rmSync(layout.work, { recursive: true, force: true });
  renameSync(unpacked, layout.work);
  writeFileSync(sign, `${sha256}\n`, { flush: true });
}

/** Whether the work folder is in place: jobs may have changed it since. */
function isSigned(sign: string, sha256: string): boolean {
  return existsSync(sign) && readFileSync(sign, "utf8").trim() === sha256;
}
