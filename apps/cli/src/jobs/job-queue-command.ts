import { SpawnError } from "@spawn/foundation";
import { SpawnCommand } from "../base-command.js";
import type { JobQueueFlagValues } from "./job-queue-flags.js";
import { type JobQueuePlace, jobQueuePlace } from "./job-queue-place.js";
import { type JobQueue, type OpenOptions, withJobQueue } from "./open-job-queue.js";

/** What the commands of the job queue share. */
export abstract class JobQueueCommand extends SpawnCommand {
  protected placeOf(flags: JobQueueFlagValues): JobQueuePlace {
    const { env, cwd, paths } = this.context;
    return jobQueuePlace({ flags, env, cwd, defaultPath: paths.jobsFile });
  }

  protected async withQueue<Result>(
    flags: JobQueueFlagValues,
    use: (queue: JobQueue) => Promise<Result>,
    options: Partial<OpenOptions> = {},
  ): Promise<Result> {
    return await withJobQueue(this.placeOf(flags), { isMade: false, ...options }, use);
  }

  /** The library does not know the commands that show what there is. */
  protected override async catch(error: unknown): Promise<void> {
    if (error instanceof SpawnError && error.code === "job-not-found") {
      return await super.catch(
        new SpawnError(error.code, error.message, {
          hint: "See what there is: spawn jobs list",
          cause: error,
        }),
      );
    }
    return await super.catch(error);
  }
}

/** @throws SpawnError `bad-arguments` */
export function parseId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new SpawnError("bad-arguments", `${text}: not an id`, {
    hint: "Ids are whole numbers from 1 up; spawn jobs list and spawn jobs schedule list show them.",
  });
}
