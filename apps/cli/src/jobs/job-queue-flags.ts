import { Flags } from "@oclif/core";

/** Flags of every command that works with the job queue. */
export const jobQueueFlags = {
  db: Flags.string({
    description: "the job queue's file; default: $SPAWN_JOBS_DB, else $XDG_DATA_HOME/spawn/jobs.db",
    helpValue: "PATH",
    helpGroup: "JOB QUEUE",
    exclusive: ["redis"],
  }),
  redis: Flags.string({
    description: "a job queue in Redis, for workers on many machines; default: $SPAWN_JOBS_REDIS",
    helpValue: "URL",
    helpGroup: "JOB QUEUE",
  }),
};

export interface JobQueueFlagValues {
  readonly db: string | undefined;
  readonly redis: string | undefined;
}
