import { Flags } from "@oclif/core";
import { JOB_STATUSES } from "@spawn/job-queue";
import { jobJson } from "../../jobs/job-json.js";
import { JobQueueCommand } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { jobTable } from "../../render/job-queue/job-table.js";

export default class JobsList extends JobQueueCommand {
  static override summary = "list jobs, newest first";
  static override examples = [
    "<%= config.bin %> jobs list",
    "<%= config.bin %> jobs list --status pending",
    "<%= config.bin %> jobs list --type training --limit 20 --json | jq '.[].job_id'",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    status: Flags.option({ description: "only jobs that are so", options: JOB_STATUSES })(),
    type: Flags.string({ description: "only jobs of this type", helpValue: "TYPE" }),
    limit: Flags.integer({ description: "no more than these", helpValue: "N", default: 100 }),
    ...jobQueueFlags,
  };

  override async run(): Promise<readonly object[]> {
    const { flags } = await this.parse(JobsList);
    return await this.withQueue(flags, async ({ manager }) => {
      const { status, type: jobType, limit } = flags;
      const jobs = await manager.listJobs({
        limit,
        ...(status === undefined ? {} : { status }),
        ...(jobType === undefined ? {} : { jobType }),
      });
      if (jobs.length > 0) this.print(jobTable(jobs, this.palette));
      else this.progress("No such jobs. Submit one: spawn jobs submit --type TYPE --config FILE");
      if (jobs.length === limit) this.progress(`The newest ${limit}; --limit shows more.`);
      return jobs.map(jobJson);
    });
  }
}
