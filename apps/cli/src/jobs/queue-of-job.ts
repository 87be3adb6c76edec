import type { Job } from "@spawn/job-queue";
import type { Context } from "../context.js";
import { jobKey } from "./job-place.js";
import { JOB_TAG } from "./queue-run.js";

/** Id of the queue that was last launched for a job, as far as this machine knows of it. Nobody else is asked. */
export async function queueOfJob(
  { launcher, ec2Launches }: Pick<Context, "launcher" | "ec2Launches">,
  location: string,
  job: Job,
): Promise<string | undefined> {
  const key = jobKey(location, job);
  const local = (await launcher.list()).find(({ tags }) => (tags[JOB_TAG] ?? "").startsWith(`${key}/`));
  return (local ?? ec2Launches.all().find(({ queueId }) => queueId.includes(`-${key}`)))?.queueId;
}
