import { Args } from "@oclif/core";
import { jobJson } from "../../jobs/job-json.js";
import { JobQueueCommand, parseId } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { queueOfJob } from "../../jobs/queue-of-job.js";
import { jobText } from "../../render/job-queue/job-text.js";

export default class JobsShow extends JobQueueCommand {
  static override summary = "show a job with its config";
  static override examples = ["<%= config.bin %> jobs show 123"];
  static override enableJsonFlag = true;
  static override args = { id: Args.string({ description: "id of the job", required: true }) };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsShow);
    const jobId = parseId(args.id);
    return await this.withQueue(flags, async ({ manager, location }) => {
      const job = await manager.getJob(jobId);
      this.print(jobText(job, this.palette));
      const queueId = await queueOfJob(this.context, location, job);
      if (queueId !== undefined) this.progress(`\nIts queue: spawn queue status ${queueId}`);
      return jobJson(job);
    });
  }
}
