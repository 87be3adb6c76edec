import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import { type Clock, SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { bringQueue } from "../moving/bring-queue.js";
import { runProgram } from "./run-program.js";

/** A gigabyte from a slow disk; more than that takes a `-y` at launch, and its time. */
const UNPACK_WITHIN_MS = 30 * 60_000;

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
  if (workdirSha256 !== undefined) await unpackWorkdir(options, workdirSha256);
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

async function unpackWorkdir({ store, queueId, layout }: PrepareOptions, sha256: string): Promise<void> {
  const sign = join(layout.state, "workdir.sha256");
  if (isSigned(sign, sha256)) return;
  const archive = join(layout.state, "workdir.tar.gz");
  const unpacked = join(layout.state, "work.unpacked");
  const stored = await fetchObject(store, queueKeys(queueId).workdir, archive);
  if (stored.sha256 !== sha256) {
    rmSync(archive);
    throw new SpawnError(
      "verification-failed",
      `the work folder in the store is not the one that was shipped`,
      {
        hint: `Its sha256 is ${stored.sha256}, not ${sha256}: launch again.`,
      },
    );
  }
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { mode: 0o755 });
  const args = ["-xzf", archive, "-C", unpacked, "--no-same-owner"];
  await runProgram("tar", args, { timeoutMs: UNPACK_WITHIN_MS });
  rmSync(layout.work, { recursive: true, force: true });
  renameSync(unpacked, layout.work);
  writeFileSync(sign, `${sha256}\n`, { flush: true });
  rmSync(archive);
}

/** Whether the work folder is in place: jobs may have changed it since. */
function isSigned(sign: string, sha256: string): boolean {
  return existsSync(sign) && readFileSync(sign, "utf8").trim() === sha256;
}

async function fetchObject(
  store: ResultStore,
  key: string,
  path: string,
): Promise<{ readonly sha256: string }> {
  const stored = await store.getFile(key, path);
  if (stored !== undefined) return stored;
  throw new SpawnError("queue-not-found", `there is no ${key} in ${store.location}`, {
    hint: "It is stored before the instance is launched, so somebody has removed it: launch again.",
  });
}
