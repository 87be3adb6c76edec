import { rmSync } from "node:fs";
import { join } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { fetchObject } from "./fetch-object.js";
import { runProgram } from "./run-program.js";

/** A gigabyte from a slow disk; more than that takes a `-y` at launch, and its time. */
const UNPACK_WITHIN_MS = 30 * 60_000;

export interface ShippedWorkdir {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly layout: InstanceLayout;
}

/**
 * Brings the work folder that was shipped from the store, into a folder that is there: its files replace those that are
 * called like them, all others stay. May be repeated.
 *
 * @throws SpawnError `verification-failed`, `queue-not-found`; `store-failed`, `permission-denied`, `no-space`.
 */
export async function unpackWorkdir(
  { store, queueId, layout }: ShippedWorkdir,
  sha256: string,
  into: string,
): Promise<void> {
  const archive = join(layout.state, "workdir.tar.gz");
  const stored = await fetchObject(store, queueKeys(queueId).workdir, archive);
  if (stored.sha256 !== sha256) {
    rmSync(archive);
    throw new SpawnError(
      "verification-failed",
      "the work folder in the store is not the one that was shipped",
      { hint: `Its sha256 is ${stored.sha256}, not ${sha256}: ship it again, with --workdir.` },
    );
  }
  const args = ["-xzf", archive, "-C", into, "--no-same-owner"];
  await runProgram("tar", args, { timeoutMs: UNPACK_WITHIN_MS });
  rmSync(archive);
}
