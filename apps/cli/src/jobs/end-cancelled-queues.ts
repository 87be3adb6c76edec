import { writeRequest } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import type { Job, JobManager } from "@spawn/job-queue";
import { LocalQueue } from "@spawn/launcher";
import type { Context } from "../context.js";
import { jobKey } from "./job-place.js";
import { JOB_TAG } from "./queue-run.js";

/**
 * Cancels the queues on this machine whose job has been cancelled while no worker followed them: that worker was lost, and
 * nobody else is told.
 *
 * @returns their ids.
 */
export async function endCancelledQueues(
  context: Context,
  manager: JobManager,
  location: string,
): Promise<readonly string[]> {
  const cancelled: string[] = [];
  for (const instance of await context.launcher.list()) {
    const [key, id] = /^(\d+)-[0-9a-f]+(?=\/)/.exec(instance.tags[JOB_TAG] ?? "") ?? [];
    if (key === undefined || instance.state !== "running") continue;
    const job = await findJob(manager, Number(id));
    if (job?.status !== "cancelled" || jobKey(location, job) !== key) continue;
    writeRequest(new LocalQueue(instance.root, context.clock).layout.state, { kind: "cancel", force: false });
    cancelled.push(instance.queueId);
  }
  return cancelled;
}

async function findJob(manager: JobManager, jobId: number): Promise<Job | undefined> {
  try {
    return await manager.getJob(jobId);
  } catch (error) {
    if (error instanceof SpawnError && error.code === "job-not-found") return undefined;
    throw error;
  }
}
