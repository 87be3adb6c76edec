import { Args } from "@oclif/core";
import { jobJson } from "../../jobs/job-json.js";
import { JobQueueCommand, parseId } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { isLost } from "../../render/job-queue/stale-text.js";

export default class JobsCancel extends JobQueueCommand {
  static override summary = "cancel a job; one that runs is ended by its worker";
  static override description =
    "A command gets TERM, with all it has started, and KILL ten seconds later; a queue is cancelled as by spawn queue cancel. The job is cancelled once that is done.";
  static override examples = ["<%= config.bin %> jobs cancel 123"];
  static override enableJsonFlag = true;
  static override args = { id: Args.string({ description: "id of the job", required: true }) };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsCancel);
    const jobId = parseId(args.id);
    return await this.withQueue(flags, async ({ manager }) => {
      const job = await manager.cancelJob(jobId);
      if (job.status === "running" && isLost(job, this.context.clock.wallMs())) {
        this.print(`✅ Cancelling job ${jobId}: ${job.workerId} was lost, the next worker ends it`);
        this.progress("Start one, if none is running: spawn worker");
      } else if (job.status === "running") {
        this.print(`✅ Cancelling job ${jobId}: ${job.workerId} ends it`);
        this.progress(`See how it ends: spawn jobs logs ${jobId} -f`);
      } else this.print(`✅ Cancelled job ${jobId}`);
      return jobJson(job);
    });
  }
}
