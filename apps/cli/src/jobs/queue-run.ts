import type { RunningJob } from "@spawn/job-queue";
import type { Instance } from "@spawn/launcher";
import type { Context } from "../context.js";
import { openQueue } from "../queues/open-local-queue.js";
import { chargedAttempt, jobKey } from "./job-place.js";

/** The tag by which an instance says for which attempt of which job it was launched. */
export const JOB_TAG = "spawn:job";

/** The tag's value: the same for each worker that takes over an attempt. */
export function runTag(location: string, job: RunningJob): string {
  return `${jobKey(location, job)}/${chargedAttempt(job)}`;
}

/**
 * The queue that a worker before launched for this attempt, when it began and was not cancelled: a job that is retried
 * after it was cancelled gets a new one.
 */
export async function findRun(context: Context, tag: string): Promise<Instance | undefined> {
  for (const instance of await context.launcher.list()) {
    if (instance.tags[JOB_TAG] !== tag) continue;
    const status = await statusOf(context, instance);
    return status === undefined || status === "cancelled" ? undefined : instance;
  }
  return undefined;
}

/** @returns `undefined` where its runner was lost before it began. */
async function statusOf(context: Context, instance: Instance): Promise<string | undefined> {
  try {
    return (await openQueue(context, instance)).queue.status().status;
  } catch {
    return undefined;
  }
}
