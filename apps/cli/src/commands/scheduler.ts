import { EXIT } from "../exit-status.js";
import { switchFlag } from "../flags/switch-flag.js";
import { onInterrupt } from "../interrupts.js";
import { JobQueueCommand } from "../jobs/job-queue-command.js";
import { jobQueueFlags } from "../jobs/job-queue-flags.js";
import type { JobQueue } from "../jobs/open-job-queue.js";
import { runScheduler } from "../jobs/run-scheduler.js";

interface Submitted {
  readonly job_ids: readonly number[];
}

export default class Scheduler extends JobQueueCommand {
  static override summary = "submit the jobs of schedules at their times, and run none";
  static override description =
    "For where workers run with --no-scheduler, or on other machines; a worker does it as well. Any number of them may run: each time of a schedule has one job.";
  static override examples = ["<%= config.bin %> scheduler", "<%= config.bin %> scheduler --once"];
  static override enableJsonFlag = true;
  static override flags = {
    once: switchFlag({ description: "submit what is due now, and end: for crontab" }),
    ...jobQueueFlags,
  };

  override async run(): Promise<Submitted> {
    const { flags } = await this.parse(Scheduler);
    return await this.withQueue(
      flags,
      async (queue) => ({ job_ids: flags.once ? await this.once(queue) : await this.go(queue) }),
      { isMade: true, onWarning: (warning) => this.tell(`⚠ ${warning}`) },
    );
  }

  private async once({ scheduler }: JobQueue): Promise<readonly number[]> {
    const jobIds = await scheduler.checkDueSchedules({
      onProblem: ({ name, error }) => {
        this.tell(`Schedule ${name}: ${wordsOf(error)}`);
        this.endWith(EXIT.failed);
      },
    });
    this.say(jobIds);
    return jobIds;
  }

  private async go({ scheduler, location }: JobQueue): Promise<readonly number[]> {
    const stop = new AbortController();
    const stopListening = onInterrupt(() => stop.abort());
    const made: number[] = [];
    this.tell(`Scheduler of ${location}. Ctrl-C stops it.`);
    try {
      await runScheduler({
        scheduler,
        signal: stop.signal,
        onJobs: (jobIds) => {
          made.push(...jobIds);
          this.say(jobIds);
        },
        onProblem: ({ name, error }) => this.tell(`Schedule ${name}: ${wordsOf(error)}`),
        onStoreFailed: (error) => this.tell(`${error.message}; trying again`),
      });
    } finally {
      stopListening();
    }
    return made;
  }

  private say(jobIds: readonly number[]): void {
    if (jobIds.length === 0) return;
    this.print(
      `Created ${jobIds.length} ${jobIds.length === 1 ? "job" : "jobs"} from schedules: ${jobIds.join(", ")}`,
    );
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
