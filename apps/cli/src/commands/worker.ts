import { type Containment, detectContainment, processIdentity } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import type { RunWorkerOptions, WorkerReport } from "@spawn/job-queue";
import { onInterrupt } from "../interrupts.js";
import { CommandAttempts } from "../jobs/command-attempts.js";
import { commandHandler } from "../jobs/command-handler.js";
import { JobQueueCommand } from "../jobs/job-queue-command.js";
import { jobQueueFlags } from "../jobs/job-queue-flags.js";
import type { JobQueue } from "../jobs/open-job-queue.js";
import { queueHandler } from "../jobs/queue-handler.js";
import { runScheduler } from "../jobs/run-scheduler.js";
import { doChores } from "../jobs/worker-chores.js";
import {
  DEFAULT_RETENTION_MS,
  defaultWorkerId,
  maxJobsFlag,
  type WorkerFlagValues,
  workerFlags,
} from "../jobs/worker-flags.js";
import { workerNotice } from "../render/job-queue/worker-notice.js";
import { noticeLine } from "../render/notice.js";

type WorkerResult = WorkerReport & { readonly worker_id: string };

export default class Worker extends JobQueueCommand {
  static override summary = "run jobs of the job queue, and submit those of its schedules";
  static override description =
    "It runs jobs whose config is a command or a queue, one after the other, the highest priority first. Ctrl-C or TERM stops it: it takes no new jobs, gives those that run their grace, and hands them back; a second one ends the grace.";
  static override examples = [
    "<%= config.bin %> worker",
    "<%= config.bin %> worker --max-jobs 10",
    "<%= config.bin %> worker --worker-id worker-02 --poll-interval 3 --max-concurrent 2",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    "max-jobs": maxJobsFlag({ description: "end after so many attempts at jobs; default: None, never" }),
    ...workerFlags,
    ...jobQueueFlags,
  };

  override async run(): Promise<WorkerResult> {
    const { flags } = await this.parse(Worker);
    refuseOtherSystems();
    const stop = new AbortController();
    const handBack = new AbortController();
    const stopListening = onInterrupt((count) => {
      stop.abort();
      if (count > 1) handBack.abort();
    });
    try {
      return await this.withQueue(flags, (queue) => this.work(queue, flags, stop, handBack.signal), {
        isMade: true,
        onWarning: (warning) => this.tell(`⚠ ${warning}`),
      });
    } finally {
      stopListening();
    }
  }

  private async work(
    queue: JobQueue,
    flags: WorkerFlagValues,
    stop: AbortController,
    handBack: AbortSignal,
  ): Promise<WorkerResult> {
    const workerId = flags["worker-id"] ?? defaultWorkerId();
    const containment = detectContainment();
    const attempts = await this.clearUp(containment);
    const { JobExecutor } = await import("@spawn/job-queue");
    const executor = new JobExecutor({
      manager: queue.manager,
      workerId,
      maxConcurrent: flags["max-concurrent"],
      handlers: { configs: this.handlers(queue, attempts, containment) },
      onEvent: (event) => this.note(workerNotice(event, this.context.clock.wallMs())),
    });
    this.tell(`Worker ${workerId} takes jobs from ${queue.location}. Ctrl-C stops it.`);
    const beside = Promise.all([
      flags["no-scheduler"] ? undefined : this.schedule(queue, stop),
      this.doChores(queue, flags.retention ?? DEFAULT_RETENTION_MS, stop),
    ]);
    // Its failure ends the worker, and is told then.
    beside.catch(() => stop.abort());
    const report = await executor
      .runWorker({ signal: stop.signal, handBack, ...runOptions(flags) })
      .finally(async () => {
        stop.abort();
        // The store stays open until all that uses it has ended.
        await Promise.allSettled([beside]);
      });
    await beside;
    return { worker_id: workerId, ...report };
  }

  private handlers(queue: JobQueue, attempts: CommandAttempts, containment: Containment) {
    const { context } = this;
    const { manager, location } = queue;
    const { env, clock } = context;
    return {
      command: commandHandler({ manager, location, attempts, env, clock, containment }),
      queue: queueHandler({ context, manager, location }),
    };
  }

  /** Ends what workers that are gone have left running on this machine. */
  private async clearUp(containment: Containment): Promise<CommandAttempts> {
    const self = processIdentity(process.pid);
    if (self === undefined) throw new Error("this process is not in the process table");
    const attempts = new CommandAttempts(this.context.paths.jobs, self, containment);
    const orphans = await attempts.endOrphans();
    if (orphans > 0)
      this.tell(`Ended ${orphans} ${orphans === 1 ? "command" : "commands"} of workers that are gone.`);
    return attempts;
  }

  private async doChores(
    { manager, location }: JobQueue,
    retentionMs: number,
    stop: AbortController,
  ): Promise<void> {
    let told = "";
    const chores = {
      ...{ context: this.context, manager, location },
      retentionMs: Number.isFinite(retentionMs) ? retentionMs : undefined,
      onCancelled: (queueId: string) =>
        this.tell(`Cancelling queue ${queueId}: its job was cancelled while its worker was gone.`),
      onRemoved: (jobs: number) =>
        this.tell(`Removed ${jobs} ${jobs === 1 ? "job" : "jobs"} that had been over for long.`),
      onProblem: ({ message }: SpawnError) => {
        if (message !== told) this.tell(`⚠ ${message}; trying again`);
        told = message;
      },
    };
    await doChores(chores, stop.signal);
  }

  /** A scheduler that cannot go on ends the worker: its failure is seen then. */
  private async schedule({ scheduler }: JobQueue, stop: AbortController): Promise<void> {
    try {
      await runScheduler({
        scheduler,
        signal: stop.signal,
        onJobs: (jobIds) => this.tell(`Submitted ${jobIds.length} scheduled: job ${jobIds.join(", ")}`),
        onProblem: ({ name, error }) => this.tell(`Schedule ${name}: ${wordsOf(error)}`),
        onStoreFailed: (error) => this.tell(`${error.message}; trying again`),
      });
    } finally {
      stop.abort();
    }
  }

  private note(notice: Parameters<typeof noticeLine>[0]): void {
    this.tell(noticeLine(notice, this.errorPalette));
  }
}

function runOptions(flags: WorkerFlagValues): RunWorkerOptions {
  const { "max-jobs": maxJobs, "poll-interval": pollMs, grace } = flags;
  return {
    ...(maxJobs === undefined || maxJobs === Number.POSITIVE_INFINITY ? {} : { maxJobs }),
    ...(pollMs === undefined ? {} : { pollInterval: pollMs / 1000 }),
    ...(grace === undefined ? {} : { graceMs: grace }),
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refuseOtherSystems(): void {
  if (process.platform === "linux") return;
  throw new SpawnError("not-supported", `workers run on Linux; this machine is ${process.platform}`, {
    hint: "Submit jobs here, and run a worker on a Linux machine.",
  });
}
