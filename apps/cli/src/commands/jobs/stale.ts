import type { RunningJob } from "@spawn/job-queue";
import { durationFlag } from "../../flags/duration-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { jobJson } from "../../jobs/job-json.js";
import { JobQueueCommand } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import { runningJobs } from "../../jobs/running-jobs.js";
import { isLost, staleText } from "../../render/job-queue/stale-text.js";

const DEFAULT_OLDER_THAN_MS = 3_600_000;

export default class JobsStale extends JobQueueCommand {
  static override summary = "list jobs that have been running for long, and take them back";
  static override description =
    "A job whose worker died (claim lost) goes back to pending by itself, and needs nothing. --reset takes the listed jobs from their workers, also from those that are well: they are pending again, and what their workers do with them counts for nothing.";
  static override examples = [
    "<%= config.bin %> jobs stale",
    "<%= config.bin %> jobs stale --older-than 6h --reset",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    "older-than": durationFlag({ description: "running for longer than this; default: 1h" }),
    reset: switchFlag({ description: "make them pending again" }),
    ...jobQueueFlags,
  };

  override async run(): Promise<readonly object[]> {
    const { flags } = await this.parse(JobsStale);
    const wallMs = this.context.clock.wallMs();
    const olderThan = flags["older-than"] ?? DEFAULT_OLDER_THAN_MS;
    return await this.withQueue(flags, async ({ manager }) => {
      const running = await runningJobs(manager);
      const stale = running.filter((job) => wallMs - Date.parse(job.startedAt) >= olderThan);
      this.print(`Found ${stale.length} stale ${stale.length === 1 ? "job" : "jobs"}`);
      if (stale.length > 0) this.print(staleText(stale, wallMs, this.palette));
      if (flags.reset) {
        for (const { jobId } of stale) {
          await manager.updateJobStatus(jobId, "pending");
          this.print(`✅ Job ${jobId} reset to pending`);
        }
      } else this.hint(stale, wallMs);
      return stale.map(jobJson);
    });
  }

  private hint(stale: readonly RunningJob[], wallMs: number): void {
    if (stale.some((job) => isLost(job, wallMs)))
      this.progress("Jobs whose claim is lost are pending again as soon as a worker looks for work.");
    if (stale.some((job) => !isLost(job, wallMs)))
      this.progress("The workers of the others are alive. To take the jobs from them: --reset");
  }
}
