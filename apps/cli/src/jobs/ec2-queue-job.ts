import { SpawnError } from "@spawn/foundation";
import type { AbortReason, JobContext, JobManager } from "@spawn/job-queue";
import type { ResultStore } from "@spawn/result-store";
import { describeQueueReason, type QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import {
  claimByReplacing,
  type Ec2LaunchStep,
  launchOnEc2,
  resumeOnEc2,
} from "../launching/ec2/launch-on-ec2.js";
import { prepareEc2Launch } from "../launching/ec2/prepare-ec2-launch.js";
import { prepareEc2Resume } from "../launching/ec2/prepare-ec2-resume.js";
import { pause } from "../queues/pause.js";
import type { Ec2Reference } from "../queues/queue-reference.js";
import { openRemoteQueue } from "../queues/remote/open-remote-queue.js";
import type { RemoteQueue } from "../queues/remote/remote-queue.js";
import { progressLine } from "../render/progress-line.js";
import { settingsAt } from "../settings/settings-at.js";
import { type Ec2Run, findEc2Run } from "./find-ec2-run.js";
import { type HandlerOutcome, LEFT } from "./handler-outcome.js";
import type { Ec2QueueConfig } from "./queue-config.js";
import { outcomeOfQueue } from "./queue-outcome.js";
import { JOB_TAG, runTag } from "./queue-run.js";

const LOOK_EVERY_MS = 5_000;

/** Whoever claimed an id for longer than this and has launched nothing is dead. */
const LONGEST_LAUNCH_MS = 10 * 60_000;

/** So long an outage of AWS is waited for before anything is launched. */
const PATIENCE_MS = 10 * 60_000;

/** Until a resume is tried again that AWS refused for now. */
const RESUME_AGAIN_MS = 60_000;

const LAUNCHED = "Launched queue ";

/** A queue that loses its instance more often while one worker follows it is not resumed any more. */
const MOST_RESUMES = 3;

export interface Ec2QueueJobParts {
  readonly context: Context;
  readonly manager: Pick<JobManager, "logJobMessage" | "getJobLogs">;
  /** The job queue's file or address. */
  readonly location: string;
  readonly job: JobContext;
  readonly config: Ec2QueueConfig;
}

/** An attempt at a job whose queue runs on EC2: launches it, or follows the one that a worker before launched. */
export class Ec2QueueJob {
  readonly #parts: Ec2QueueJobParts;
  readonly #context: Context;
  readonly #signal: AbortSignal;
  #resumes = 0;
  /** What was last told, so that it is told once. */
  #told = "";
  #isCancelling = false;
  #opened: { readonly reference: Ec2Reference; readonly queue: RemoteQueue } | undefined;

  constructor(parts: Ec2QueueJobParts) {
    const { context, config, job } = parts;
    this.#parts = parts;
    this.#context = { ...context, cwd: config.cwd, settings: settingsAt(context.env, config.cwd) };
    this.#signal = job.signal;
  }

  /** @throws SpawnError where it cannot be launched. */
  async run(): Promise<HandlerOutcome> {
    const reference = await this.#findOrLaunch();
    return reference === undefined ? LEFT : await this.#follow(reference);
  }

  /** @returns `undefined` when the job was lost, handed back or cancelled before there was a queue. */
  async #findOrLaunch(): Promise<Ec2Reference | undefined> {
    const { job } = this.#parts;
    const sinceMs = this.#context.clock.bootMs();
    while (!this.#signal.aborted) {
      const found = await this.#find(sinceMs);
      switch (found?.kind) {
        case undefined:
          await pause(LOOK_EVERY_MS, this.#signal);
          break;
        case "launched": {
          const { queueId, instanceId } = found.reference;
          await job.log(
            "INFO",
            `Goes on with queue ${queueId} on ${instanceId ?? "an instance that is gone"}`,
          );
          return found.reference;
        }
        case "none":
          return await this.#launch(found.queueId, (store) => claimExactly(store, found.queueId));
        case "begun": {
          const isOver = found.isSettled || this.#context.clock.wallMs() - found.sinceMs > LONGEST_LAUNCH_MS;
          if (found.isSettled)
            await job.log("WARNING", "Ended what was left of a launch whose worker was killed");
          if (isOver)
            return await this.#launch(found.queueId, (store) => this.#replace(store, found.queueId));
          await this.#tellOnce("WARNING", `Another worker began to launch ${found.queueId}: waiting for it`);
          await pause(LOOK_EVERY_MS, this.#signal);
        }
      }
    }
    return undefined;
  }

  /** @returns `undefined` where nobody can tell now. */
  async #find(sinceMs: number): Promise<Ec2Run | undefined> {
    const { config, location, job } = this.#parts;
    try {
      return await findEc2Run(this.#context, { config, location, job: job.job });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      const isOutage = isPassing(error) && this.#context.clock.bootMs() - sinceMs < PATIENCE_MS;
      // What was launched goes on meanwhile, and has not failed because it cannot be seen.
      const isWaited =
        isOutage || ((isPassing(error) || error.code === "permission-denied") && (await this.#wasLaunched()));
      if (!isWaited) throw error;
      await this.#tellOnce("WARNING", `${error.message}; asking again`);
      return undefined;
    }
  }

  async #wasLaunched(): Promise<boolean> {
    const messages = await this.#parts.manager.getJobLogs(this.#parts.job.job.jobId);
    return messages.some(({ message }) => message.startsWith(LAUNCHED));
  }

  async #replace(store: ResultStore, queueId: string): Promise<string> {
    const access = await this.#context.ec2(this.#parts.config.ec2.region);
    return await claimByReplacing(this.#context, access, store, queueId);
  }

  async #launch(
    queueId: string,
    claim: (store: ResultStore) => Promise<string>,
  ): Promise<Ec2Reference | undefined> {
    const { config, location, job } = this.#parts;
    const tags = { ...config.options.tags, [JOB_TAG]: runTag(location, job.job) };
    const options = { ...config.options, queueId, tags };
    const prepared = await prepareEc2Launch(this.#context, options, config.ec2, false);
    for (const warning of prepared.warnings) await job.log("WARNING", warning);
    if (!(await this.#isStillOurs(`Launches ${options.file} as ${queueId} on EC2`))) return undefined;
    const manner = { claim, isInterruptible: false };
    const made = await launchOnEc2(this.#context, prepared, (step) => this.#tellStep(step), manner);
    const { instance, instanceId } = made;
    const where = `${instance.instanceType} in ${instance.zone}, ${instance.market}`;
    await job.log(
      "INFO",
      `${LAUNCHED}${queueId} on ${instanceId} (${where}); it ends by ${instance.deadline}`,
    );
    return { ...made, instance: undefined };
  }

  async #follow(first: Ec2Reference): Promise<HandlerOutcome> {
    let reference = first;
    let isAsked = false;
    for (;;) {
      this.#isCancelling ||= this.#signal.aborted && this.#abortReason() === "cancel-requested";
      if (this.#signal.aborted && !this.#isCancelling) return LEFT;
      if (this.#isCancelling && !isAsked) isAsked = await this.#askToCancel(reference);
      const status = await this.#look(reference);
      const outcome = status && outcomeOfQueue(status);
      if (outcome !== undefined) return outcome;
      if (status?.status === "interrupted") {
        const next = await this.#afterInterruption(reference, status);
        if (next !== undefined && next.kind !== "ec2") return next;
        if (next !== undefined) reference = next;
      }
      await pause(LOOK_EVERY_MS, this.#isCancelling ? undefined : this.#signal);
    }
  }

  /** @returns `undefined` where nobody can tell now: the queue goes on, and is asked about again. */
  async #look(reference: Ec2Reference): Promise<QueueStatus | undefined> {
    try {
      if (this.#opened?.reference !== reference)
        this.#opened = { reference, queue: await openRemoteQueue(this.#context, reference) };
      const status = await this.#opened.queue.look();
      await this.#tellOnce("INFO", progressLine(status));
      return status;
    } catch (error) {
      if (!(error instanceof SpawnError) || error.code === "queue-not-found") throw error;
      await this.#tellOnce("WARNING", `${error.message}; asking again`);
      return undefined;
    }
  }

  async #askToCancel({ region, storeRoot, queueId }: Ec2Reference): Promise<boolean> {
    try {
      await (await this.#context.ec2(region)).ask(storeRoot, queueId, { kind: "cancel", force: false });
      return true;
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      await this.#tellOnce("WARNING", `${error.message}; asking again`);
      return false;
    }
  }

  /** @returns the queue on its next instance; `undefined` while its last one is not gone yet. */
  async #afterInterruption(
    reference: Ec2Reference,
    { reason = "runner-lost" }: QueueStatus,
  ): Promise<Ec2Reference | HandlerOutcome | undefined> {
    const { queueId } = reference;
    const words = `queue ${queueId} was interrupted (${describeQueueReason(reason)})`;
    if (this.#isCancelling) return { kind: "cancelled", errorMessage: words };
    const isEnded = reason === "ttl" || reason === "shutdown";
    if (isEnded || this.#resumes >= MOST_RESUMES) {
      const errorMessage = `${words}\nGo on with it where it stopped: spawn queue resume ${queueId}`;
      return { kind: "failed", errorMessage, retry: false };
    }
    return await this.#resume(reference, words);
  }

  async #resume(reference: Ec2Reference, why: string): Promise<Ec2Reference | HandlerOutcome | undefined> {
    const { config } = this.#parts;
    const options = {
      rerun: [],
      trustCompleted: false,
      env: config.options.env,
      file: undefined,
      workdir: undefined,
    };
    try {
      const prepared = await prepareEc2Resume(this.#context, reference, options, config.ec2, false);
      if (!(await this.#isStillOurs(`${why}: it goes on, on a new instance`))) return LEFT;
      const onStep = (step: Ec2LaunchStep): void => this.#tellStep(step);
      const made = await resumeOnEc2(this.#context, prepared, onStep, { isInterruptible: false });
      this.#resumes += 1;
      await this.#parts.job.log("INFO", `Resumed queue ${made.queueId} on ${made.instanceId}`);
      return { ...made, instance: undefined };
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      if (error.code === "already-running") return undefined;
      if (!isPassing(error) && error.code !== "no-capacity") throw error;
      await this.#tellOnce("WARNING", `It cannot go on now: ${error.message}; trying again`);
      await pause(RESUME_AGAIN_MS, this.#isCancelling ? undefined : this.#signal);
      return undefined;
    }
  }

  /** Written with the claim: a worker that slept through the loss of its job launches nothing. */
  async #isStillOurs(message: string): Promise<boolean> {
    const noted = await this.#parts.manager.logJobMessage(this.#parts.job.job.jobId, "INFO", message);
    return noted !== undefined && !this.#signal.aborted;
  }

  #abortReason(): AbortReason["kind"] {
    return (this.#signal.reason as AbortReason).kind;
  }

  #tellStep(step: Ec2LaunchStep): void {
    const { log } = this.#parts.job;
    if (step.type === "warning") void log("WARNING", step.message);
    if (step.type === "refused")
      void log("WARNING", `${step.instanceType} in ${step.zone} (${step.market}): ${step.reason}`);
    if (step.type === "ended-leftover")
      void log("WARNING", `Ended ${step.instances.join(", ")}, left behind by a launch of ${step.queueId}`);
    if (step.type === "taken-back")
      void log("WARNING", `Ended ${step.instances.join(", ")}, which this launch had made`);
  }

  async #tellOnce(level: "INFO" | "WARNING", message: string): Promise<void> {
    if (message === this.#told) return;
    this.#told = message;
    await this.#parts.job.log(level, message);
  }
}

/** What may be over by itself. */
function isPassing({ code }: SpawnError): boolean {
  return code === "aws-failed" || code === "store-failed";
}

async function claimExactly(store: ResultStore, queueId: string): Promise<string> {
  if (await store.claimQueue(queueId, { overwrite: false })) return queueId;
  throw new SpawnError("queue-id-taken", `${queueId} was claimed by another worker just now`);
}
