import { switchFlag } from "../../flags/switch-flag.js";
import { countErrors } from "../../jobs/count-errors.js";
import { JobQueueCommand } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { errorsText, statsText } from "../../render/job-queue/stats-text.js";

export default class JobsStats extends JobQueueCommand {
  static override summary = "count jobs by how they stand, or the failed ones by their error";
  static override description = "It also names what pending jobs need and no worker that runs now can do.";
  static override examples = ["<%= config.bin %> jobs stats", "<%= config.bin %> jobs stats --by-error"];
  static override enableJsonFlag = true;
  static override flags = {
    "by-error": switchFlag({ description: "failed jobs by their error, the most frequent first" }),
    ...jobQueueFlags,
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(JobsStats);
    return await this.withQueue(flags, async ({ manager }) => {
      if (flags["by-error"]) {
        const errors = await countErrors(manager);
        if (errors.length > 0) this.print(errorsText(errors, this.palette));
        else this.progress("No job has failed.");
        return errors;
      }
      const stats = await manager.stats();
      this.print(statsText(stats, this.palette));
      return stats;
    });
  }
}
