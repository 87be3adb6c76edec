import type { ConfigKind, JobManager } from "@spawn/job-queue";
import { checkConfig } from "../../jobs/check-config.js";
import { readConfigText } from "../../jobs/config-text.js";
import { JobQueueCommand } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { newJobFlags } from "../../jobs/new-job-flags.js";

export default class JobsSubmit extends JobQueueCommand {
  static override summary = "put a job into the job queue";
  static override description =
    'A config with "command" is a shell command, one with "queue" a queue file that is launched; spawn worker runs both. Any other config is for a worker of your own that has a handler for the type. Relative paths count from the current folder.';
  static override examples = [
    "<%= config.bin %> jobs submit --type training --config config.json --priority 7 --max-retries 3",
    '<%= config.bin %> jobs submit --type evaluation --config \'{"command": "python3 evaluate.py"}\'',
    '<%= config.bin %> jobs submit --type training --config \'{"queue": "pipeline.json", "provider": "local"}\'',
  ];
  static override enableJsonFlag = true;
  static override flags = { ...newJobFlags, ...jobQueueFlags };

  override async run(): Promise<{ readonly job_id: number }> {
    const { flags } = await this.parse(JobsSubmit);
    const { config, kind, warnings } = await checkConfig(
      this.context,
      readConfigText(flags.config),
      this.colorErrors,
    );
    if (warnings !== "") this.tell(warnings);
    return await this.withQueue(
      flags,
      async ({ manager }) => {
        const { type: jobType, priority, "max-retries": maxRetries } = flags;
        const jobId = await manager.submitJob({ jobType, config, priority, maxRetries });
        this.print(`✅ Submitted job ${jobId}`);
        if (kind === "other") {
          this.progress(
            `Its config has neither "command" nor "queue": it waits for a worker with a handler for ${jobType}.`,
          );
        } else if (!(await isTaken(manager, kind))) {
          this.progress("No worker is running that could take it. Start one: spawn worker");
        }
        return { job_id: jobId };
      },
      { isMade: true },
    );
  }
}

/** Whether some worker that runs now takes such jobs. */
async function isTaken({ store }: JobManager, kind: ConfigKind): Promise<boolean> {
  return (await store.listWorkers()).some(({ needs }) => needs === null || needs.includes(kind));
}
