import { Args, Flags } from "@oclif/core";
import type { JobLogRow } from "@spawn/job-queue";
import { EXIT } from "../../exit-status.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { onInterrupt } from "../../interrupts.js";
import { followJobLog, jobLog } from "../../jobs/follow-job-log.js";
import { JobQueueCommand, parseId } from "../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";
import type { JobQueue } from "../../jobs/open-job-queue.js";
import { logHeading, logText } from "../../render/job-queue/log-text.js";
import { plainOutput } from "../../render/plain-output.js";

export default class JobsLogs extends JobQueueCommand {
  static override summary = "show what a job has logged, over all its attempts";
  static override description =
    "Of a command, stdout is INFO and stderr is WARNING, with carried values masked; of a queue, what happens in it (the logs of its jobs: spawn queue logs).";
  static override examples = ["<%= config.bin %> jobs logs 123", "<%= config.bin %> jobs logs 123 -f"];
  static override enableJsonFlag = true;
  static override args = { id: Args.string({ description: "id of the job", required: true }) };
  static override flags = {
    follow: switchFlag({
      char: "f",
      description: "go on until the job is over; with --json one value a line",
    }),
    tail: Flags.integer({ description: "the last messages only", helpValue: "N", min: 0 }),
    ...jobQueueFlags,
  };

  override async run(): Promise<readonly JobLogRow[] | undefined> {
    const { args, flags } = await this.parse(JobsLogs);
    this.jsonLines = flags.follow ?? false;
    const jobId = parseId(args.id);
    return await this.withQueue(flags, async ({ manager }) => {
      const rows: JobLogRow[] = [];
      for await (const row of jobLog(manager, jobId)) rows.push(row);
      const shown = flags.tail === undefined ? rows : rows.slice(Math.max(0, rows.length - flags.tail));
      this.print(logHeading(jobId, this.palette));
      for (const row of shown) this.give(row);
      if (!flags.follow) return shown;
      await this.follow({ manager }, jobId, rows.at(-1)?.log_id ?? 0);
      return undefined;
    });
  }

  private give(row: JobLogRow): void {
    if (this.jsonLines && this.jsonEnabled()) this.printJsonLine(row);
    else this.print(logText(row, this.palette, process.stdout.isTTY ? (line) => line : plainOutput));
  }

  private async follow(
    { manager }: Pick<JobQueue, "manager">,
    jobId: number,
    afterLogId: number,
  ): Promise<void> {
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    try {
      const { signal } = leaving;
      const onRow = (row: JobLogRow): void => this.give(row);
      const job = await followJobLog({ manager, jobId, afterLogId, signal, onRow });
      if (job !== undefined) {
        const error = "errorMessage" in job && job.errorMessage !== undefined ? `: ${job.errorMessage}` : "";
        this.progress(`Job ${jobId} ${job.status}${error}`);
        return;
      }
      this.tell(`Detached: the job goes on. See how it stands: spawn jobs show ${jobId}`);
      this.endWith(EXIT.interrupted);
    } finally {
      stopListening();
    }
  }
}
