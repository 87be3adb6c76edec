import { Args } from "@oclif/core";
import { jobJson } from "../../jobs/job-json.js";
import { JobQueueCommand, parseId } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";

export default class JobsRetry extends JobQueueCommand {
  static override summary = "run a failed or cancelled job again";
  static override description =
    "It is pending at once. After a failure this uses up a retry; a job that has none left is given one more.";
  static override examples = ["<%= config.bin %> jobs retry 123"];
  static override enableJsonFlag = true;
  static override args = { id: Args.string({ description: "id of the job", required: true }) };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsRetry);
    const jobId = parseId(args.id);
    return await this.withQueue(flags, async ({ manager }) => {
      const job = await manager.retryJob(jobId);
      this.print(`✅ Job ${jobId} reset to pending (will retry)`);
      return jobJson(job);
    });
  }
}
