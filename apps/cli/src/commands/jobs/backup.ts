import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Args } from "@oclif/core";
import { formatSize } from "@spawn/foundation";
import { JobQueueCommand } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";

export default class JobsBackup extends JobQueueCommand {
  static override summary = "copy the job queue to a file while it is in use";
  static override description =
    "The copy is the queue at one moment, and can be used as it is: --db FILE. What ran at that moment is pending in it.";
  static override examples = ['<%= config.bin %> jobs backup "backup-$(date +%F).db"'];
  static override enableJsonFlag = true;
  static override args = {
    file: Args.string({ description: "the copy; there must be no such file yet", required: true }),
  };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsBackup);
    const path = resolve(this.context.cwd, args.file);
    return await this.withQueue(flags, async ({ backUp, location }) => {
      await backUp(path);
      const { size } = statSync(path);
      this.print(`✅ Backed up ${location} to ${args.file} (${formatSize(size)})`);
      return { file: path, bytes: size };
    });
  }
}
