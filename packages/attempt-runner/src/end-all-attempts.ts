import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "@spawn/foundation";
import { attemptMarker, markerGroup, type QueuePlace } from "./attempt-marker.js";
import { groupName } from "./containment/cgroup-name.js";
import { removeGroup } from "./containment/remove-group.js";
import type { InstanceLayout } from "./instance-layout.js";
import { currentBootId } from "./processes/identity.js";
import { recoverAttempt } from "./recover-attempt.js";
import { acquireRunnerLock } from "./runner-lock.js";
import { type Claim, readClaim } from "./starting/claim.js";

/**
 * Ends what the attempts of an instance still run on this machine, and removes their cgroups: for one whose runner is gone
 * and that no other will go on with. TERM, and KILL after the grace. Nothing is recorded of it.
 *
 * @throws SpawnError `already-running`, `permission-denied`, `no-space`.
 */
export async function endAllAttempts(layout: InstanceLayout, place: QueuePlace): Promise<void> {
  const lock = acquireRunnerLock(layout.lock);
  try {
    const claims = claimsIn(layout.claims);
    await Promise.all(
      claims.flatMap(({ job, attempt, claim }) =>
        claim.kind === "claimed" || claim.kind === "empty" ? [endOne(layout, place, job, attempt)] : [],
      ),
    );
    for (const group of groupsOf(claims, groupName(markerGroup(place)))) removeGroup(group);
  } finally {
    lock.release();
  }
}

interface FoundClaim {
  readonly job: string;
  readonly attempt: number;
  readonly claim: Claim;
}

function claimsIn(folder: string): readonly FoundClaim[] {
  return namesIn(folder).flatMap((name) => {
    const [, job, attempt] = /^(.+)\.([1-9]\d*)$/.exec(name) ?? [];
    if (job === undefined || attempt === undefined) return [];
    return [{ job, attempt: Number(attempt), claim: readClaim(join(folder, name)) }];
  });
}

async function endOne(
  layout: InstanceLayout,
  place: QueuePlace,
  job: string,
  attempt: number,
): Promise<void> {
  const found = await recoverAttempt({
    files: layout.attempt(job, attempt),
    marker: attemptMarker(place, job, attempt),
    // One of a boot before has no process here, and is found to have none.
    bootId: currentBootId(),
    background: "kill",
    stopping: "interrupted",
  });
  if (found.kind === "running") await found.attempt.ended;
}

/** As the claims name them: they may be below another cgroup than this process's own. */
function groupsOf(claims: readonly FoundClaim[], name: string): ReadonlySet<string> {
  const groups = claims.flatMap(({ claim }) =>
    claim.kind === "claimed" || claim.kind === "ended" ? claim.cgroup.map(dirname) : [],
  );
  return new Set(groups.filter((group) => basename(group) === name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
