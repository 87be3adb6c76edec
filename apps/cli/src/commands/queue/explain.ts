import { Args } from "@oclif/core";
import { explainJob, type JobStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { regionFlag } from "../../flags/region-flag.js";
import { requireJob } from "../../queues/known-job.js";
import { readStatus } from "../../queues/read-status.js";
import { REF_DESCRIPTION, resolveQueue, shortReference } from "../../queues/resolve-reference.js";

interface Explanation {
  readonly queue_id: string;
  readonly job_id: string;
  readonly status: JobStatus["status"] | undefined;
  readonly explanation: readonly string[];
}

export default class QueueExplain extends SpawnCommand {
  static override summary = "say why a job waits, is blocked, was skipped, failed, or runs again";
  static override examples = ["<%= config.bin %> queue explain last evaluate"];
  static override enableJsonFlag = true;
  static override args = {
    ref: Args.string({ description: REF_DESCRIPTION, required: true }),
    job: Args.string({ description: "job id", required: true }),
  };
  static override flags = { region: regionFlag() };

  override async run(): Promise<Explanation> {
    const { args, flags } = await this.parse(QueueExplain);
    const reference = await resolveQueue(this.context, args.ref, { region: flags.region });
    const status = await readStatus(this.context, reference);
    requireJob(
      status.queue_id,
      status.job_details.map(({ job_id }) => job_id),
      args.job,
    );
    const explanation = explainJob(status, args.job);
    this.print(explanation.join("\n"));
    const job = status.job_details.find(({ job_id }) => job_id === args.job);
    if (job !== undefined && job.attempt > 0)
      this.tell(`Its log: spawn queue logs ${await shortReference(this.context, reference)} ${args.job}`);
    return {
      queue_id: status.queue_id,
      job_id: args.job,
      status: job?.status,
      explanation,
    };
  }
}
