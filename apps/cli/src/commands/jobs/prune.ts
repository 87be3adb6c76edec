import { durationFlag } from "../../flags/duration-flag.js";
import { JobQueueCommand } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { removeOrphanedOutput } from "../../jobs/output-owner.js";

export default class JobsPrune extends JobQueueCommand {
  static override summary = "remove jobs that have been over for long, with their logs";
  static override description =
    "Completed, failed and cancelled ones. What their commands printed on this machine goes as well; queues and their results stay.";
  static override examples = ["<%= config.bin %> jobs prune --older-than 30d"];
  static override enableJsonFlag = true;
  static override flags = {
    "older-than": durationFlag({ description: "over for longer than this", required: true }),
    ...jobQueueFlags,
  };

  override async run(): Promise<{ readonly removed: number }> {
    const { flags } = await this.parse(JobsPrune);
    return await this.withQueue(flags, async ({ manager, location }) => {
      const removed = await manager.pruneJobs({ finalForMs: flags["older-than"] });
      await removeOrphanedOutput(this.context.paths.jobs, manager, location);
      this.print(`✅ Removed ${removed} ${removed === 1 ? "job" : "jobs"}`);
      return { removed };
    });
  }
}
