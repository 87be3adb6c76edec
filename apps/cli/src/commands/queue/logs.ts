import { once } from "node:events";
import { Args, Flags } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import type { QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { regionFlag } from "../../flags/region-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { onInterrupt } from "../../interrupts.js";
import { type FollowLogsOptions, followLogs } from "../../logs/follow-logs.js";
import { followRemoteLogs } from "../../logs/follow-remote-logs.js";
import { LogLines } from "../../logs/log-lines.js";
import { logBytes } from "../../logs/log-source.js";
import { type LoggedQueue, loggedQueue, loggedQueueOfFiles } from "../../logs/logged-queue.js";
import { TailBuffer } from "../../logs/tail-buffer.js";
import { notStoredYet, whyEmpty } from "../../logs/why-empty.js";
import { whyLogsEnd } from "../../logs/why-logs-end.js";
import { requireJob } from "../../queues/known-job.js";
import { openQueue } from "../../queues/open-local-queue.js";
import type { Ec2Reference, LocalReference, QueueReference } from "../../queues/queue-reference.js";
import { readStatus } from "../../queues/read-status.js";
import { openRemoteQueue } from "../../queues/remote/open-remote-queue.js";
import { REF_DESCRIPTION, resolveQueue, shortReference } from "../../queues/resolve-reference.js";
import { storeOf } from "../../queues/store-of.js";
import { detachedWords } from "../../queues/wait-for-queue.js";
import { linePrefix } from "../../render/line-prefix.js";
import { plainOutput } from "../../render/plain-output.js";

interface LogLine {
  readonly job_id: string;
  readonly line: string;
}

interface RawLog {
  readonly job_id: string;
  readonly attempt: number;
  readonly stdout: string;
  readonly stderr: string;
}

export default class QueueLogs extends SpawnCommand {
  static override summary = "show the logs of a queue's jobs, live or stored";
  static override description =
    "A job's log is its stdout and stderr merged, every line with its time, over all attempts; values of carried variables are masked. Of a queue on EC2 the log is the one in the result store: of a running job some ten seconds behind, a minute when it has grown to 256 KiB. Without a job the logs of all are shown, each line after its job's id.";
  static override examples = [
    "<%= config.bin %> queue logs last -f",
    "<%= config.bin %> queue logs last train --tail 20",
    "<%= config.bin %> queue logs last train --attempt 1",
    "<%= config.bin %> queue logs first-pipeline train --raw --attempt 1 > stdout.txt 2> stderr.txt",
  ];
  static override enableJsonFlag = true;
  static override args = {
    ref: Args.string({ description: REF_DESCRIPTION, required: true }),
    job: Args.string({ description: "job id; default: all jobs" }),
  };
  static override flags = {
    follow: switchFlag({
      char: "f",
      description: "go on until the queue is over; with --json one value a line",
    }),
    tail: Flags.integer({ description: "the last lines only, of each job", helpValue: "N", min: 0 }),
    raw: switchFlag({
      description: "exactly what the job wrote, nothing masked: its stdout on stdout, its stderr on stderr",
      exclusive: ["follow", "tail"],
    }),
    attempt: Flags.integer({
      description: "this attempt alone, of one job; with --raw the default is the last one",
      helpValue: "N",
      min: 1,
      exclusive: ["follow"],
    }),
    region: regionFlag(),
  };

  #shownLines = 0;

  override async run(): Promise<readonly LogLine[] | RawLog | undefined> {
    const { args, flags } = await this.parse(QueueLogs);
    this.jsonLines = flags.follow ?? false;
    const reference = await resolveQueue(this.context, args.ref, { region: flags.region });
    const status = await this.statusIfReadable(reference);
    const logged =
      status === undefined ? await loggedQueueOfFiles(this.context, reference) : loggedQueue(status);
    const all = logged.jobs.map(({ job }) => job);
    if (args.job !== undefined) requireJob(logged.queueId, all, args.job);
    const jobs = args.job === undefined ? all : [args.job];
    if (args.job === undefined && (flags.raw || flags.attempt !== undefined)) {
      throw new SpawnError("bad-arguments", `${flags.raw ? "--raw" : "--attempt"} needs a job`, {
        hint: `The jobs of ${logged.queueId}: ${all.slice(0, 10).join(", ")}${all.length > 10 ? ", …" : ""}`,
      });
    }
    const attempt = args.job === undefined ? undefined : attemptOf(logged, args.job, flags);
    if (flags.raw && args.job !== undefined && attempt !== undefined) {
      return this.showRaw(reference, args.job, attempt);
    }
    if (flags.follow && status !== undefined && reference.kind !== "stored") {
      const after = await this.follow(reference, jobs, flags.tail);
      if (after !== undefined) await this.tellWhyEmpty(reference, after, args.job);
      return undefined;
    }
    const shown = await this.show(reference, jobs, { tail: flags.tail, attempt });
    if (this.#shownLines === 0 && flags.tail !== 0) {
      if (attempt === undefined) {
        if (status !== undefined) await this.tellWhyEmpty(reference, status, args.job);
      } else this.tell(`Attempt ${attempt} of ${args.job} has printed nothing.`);
    }
    return flags.follow ? undefined : shown;
  }

  /** `undefined` where the journal is damaged: the logs are whole all the same. */
  private async statusIfReadable(reference: QueueReference): Promise<QueueStatus | undefined> {
    try {
      return await readStatus(this.context, reference);
    } catch (error) {
      if (!(error instanceof SpawnError) || error.code !== "journal-damaged") throw error;
      this.tell(`⚠ ${error.message} Shown are the logs there are.`);
      return undefined;
    }
  }

  private async tellWhyEmpty(
    reference: QueueReference,
    status: QueueStatus,
    job: string | undefined,
  ): Promise<void> {
    const asked = status.job_details
      .map(({ job_id }) => job_id)
      .filter((id) => job === undefined || id === job);
    const printed = reference.kind === "local" ? undefined : notStoredYet(status, asked);
    if (printed !== undefined) {
      this.tell(this.asShown(printed));
      return;
    }
    if (job === undefined) {
      this.tell(`No job of ${status.queue_id} has printed anything (the queue is ${status.status}).`);
      return;
    }
    this.tell(whyEmpty(status, job, await shortReference(this.context, reference)));
  }

  /** A job's colours are for terminals: what a file or a pipe gets is plain text. */
  private get asShown(): (line: string) => string {
    return process.stdout.isTTY ? (line) => line : plainOutput;
  }

  private async show(
    reference: QueueReference,
    jobs: readonly string[],
    { tail, attempt }: { readonly tail: number | undefined; readonly attempt: number | undefined },
  ): Promise<readonly LogLine[]> {
    const prefix = linePrefix(jobs);
    const kept: LogLine[] = [];
    const { asShown } = this;
    const give = async (job: string, line: string): Promise<void> => {
      this.#shownLines += 1;
      if (!this.jsonEnabled()) await write(process.stdout, `${prefix(job)}${asShown(line)}\n`);
      else if (this.jsonLines) this.printJsonLine({ job_id: job, line });
      else kept.push({ job_id: job, line });
    };
    for (const job of jobs) {
      const lines = new LogLines();
      const last = tail === undefined ? undefined : new TailBuffer(tail);
      const take = async (fresh: readonly string[]): Promise<void> => {
        if (last === undefined) for (const line of fresh) await give(job, line);
        else last.push(fresh);
      };
      for await (const bytes of logBytes(this.context, reference, job, { kind: "merged", attempt })) {
        await take(lines.push(bytes));
      }
      await take(lines.end());
      for (const line of last?.lines ?? []) await give(job, line);
    }
    return kept;
  }

  /** @returns the queue's status when it is over and nothing at all was shown */
  private async follow(
    reference: LocalReference | Ec2Reference,
    jobs: readonly string[],
    tail: number | undefined,
  ): Promise<QueueStatus | undefined> {
    const { asShown } = this;
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    const prefix = linePrefix(jobs);
    const onLine = (job: string, line: string): void => {
      this.#shownLines += 1;
      if (this.jsonEnabled()) this.printJsonLine({ job_id: job, line });
      else this.print(`${prefix(job)}${asShown(line)}`);
    };
    try {
      const last = await this.followReference(reference, { jobs, tail, signal: leaving.signal, onLine });
      if (!leaving.signal.aborted) {
        const ended = await this.tellWhyItEnds(reference, last, jobs);
        return !ended && this.#shownLines === 0 && tail !== 0 ? last : undefined;
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    } finally {
      stopListening();
    }
    this.tell(detachedWords(await shortReference(this.context, reference)));
    this.endWith(EXIT.interrupted);
    return undefined;
  }

  /** Of a queue that is not over, which following it was to wait for. @returns whether there was something to tell */
  private async tellWhyItEnds(
    reference: QueueReference,
    last: QueueStatus | undefined,
    jobs: readonly string[],
  ): Promise<boolean> {
    const why = last && whyLogsEnd(last, jobs, await shortReference(this.context, reference));
    if (why === undefined) return false;
    this.tell(why);
    this.endWith(EXIT.failed);
    return true;
  }

  /** @returns the queue's last status */
  private async followReference(
    reference: LocalReference | Ec2Reference,
    options: FollowLogsOptions,
  ): Promise<QueueStatus | undefined> {
    if (reference.kind === "local") {
      const { queue } = await openQueue(this.context, reference.instance, { signal: options.signal });
      await followLogs(queue, options);
      return queue.status();
    }
    const queue = await openRemoteQueue(this.context, reference);
    const store = await storeOf(this.context, reference);
    return followRemoteLogs({ queue, store, queueId: reference.queueId }, options);
  }

  private async showRaw(reference: QueueReference, job: string, attempt: number): Promise<RawLog> {
    const raw = { job_id: job, attempt, stdout: "", stderr: "" };
    for (const kind of ["stdout", "stderr"] as const) {
      const chunks: Uint8Array[] = [];
      for await (const bytes of logBytes(this.context, reference, job, { kind, attempt })) {
        if (this.jsonEnabled()) chunks.push(bytes);
        else await write(process[kind], bytes);
      }
      raw[kind] = Buffer.concat(chunks).toString("utf8");
    }
    return raw;
  }
}

/** The attempt that is asked for; `undefined` for all of them. @throws SpawnError `job-not-found`. */
function attemptOf(
  { queueId, isOver, jobs }: LoggedQueue,
  job: string,
  flags: { readonly attempt?: number | undefined; readonly raw?: boolean | undefined },
): number | undefined {
  const last = jobs.find((one) => one.job === job)?.attempt ?? 0;
  const attempt = flags.attempt ?? (flags.raw ? last : undefined);
  if (attempt === undefined || (attempt >= 1 && attempt <= last)) return attempt;
  throw new SpawnError(
    "job-not-found",
    `${job} has had ${last === 0 ? "no attempt" : `${last} attempt${last === 1 ? "" : "s"}`}${isOver ? "" : " so far"}`,
    {
      hint:
        last === 0
          ? `Why: spawn queue explain ${queueId} ${job}`
          : `Its log: spawn queue logs ${queueId} ${job} --attempt ${last}`,
    },
  );
}

/** Waits for a slow reader, so that a log of any size takes little memory. */
async function write(stream: NodeJS.WriteStream, content: string | Uint8Array): Promise<void> {
  if (!stream.write(content)) await once(stream, "drain");
}
