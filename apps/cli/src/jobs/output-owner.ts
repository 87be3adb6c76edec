import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, SpawnError } from "@spawn/foundation";
import type { JobManager } from "@spawn/job-queue";

const FILE = "job.json";

/** Whose output a folder holds. */
export interface OutputOwner {
  /** The job queue's file or address. */
  readonly location: string;
  readonly jobId: number;
}

export function writeOwner(folder: string, { location, jobId }: OutputOwner): void {
  writeFileSync(join(folder, FILE), JSON.stringify({ location, job_id: jobId }), { mode: 0o600 });
}

/** Removes the output of jobs that are not in their job queue any more. @returns how many there were. */
export async function removeOrphanedOutput(
  folder: string,
  manager: Pick<JobManager, "getJob">,
  location: string,
): Promise<number> {
  let removed = 0;
  for (const name of jobFolders(folder)) {
    const owner = readOwner(join(folder, name));
    if (owner?.location !== location || (await isThere(manager, owner.jobId))) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

function jobFolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+-/.test(name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

function readOwner(folder: string): OutputOwner | undefined {
  try {
    const value: { location?: unknown; job_id?: unknown } = JSON.parse(
      readFileSync(join(folder, FILE), "utf8"),
    );
    const { location, job_id: jobId } = value;
    return typeof location === "string" && typeof jobId === "number" ? { location, jobId } : undefined;
  } catch {
    // Not written yet, or cut off: left alone.
    return undefined;
  }
}

async function isThere(manager: Pick<JobManager, "getJob">, jobId: number): Promise<boolean> {
  try {
    await manager.getJob(jobId);
    return true;
  } catch (error) {
    if (error instanceof SpawnError && error.code === "job-not-found") return false;
    throw error;
  }
}
