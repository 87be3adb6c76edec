import { writeRequest } from "@spawn/attempt-runner";
import { type ErrorCode, SpawnError } from "@spawn/foundation";
import type { AbortReason, JobContext, JobHandler, JobManager } from "@spawn/job-queue";
import { type Instance, LocalQueue } from "@spawn/launcher";
import type { Context } from "../context.js";
import { launchEnvironment } from "../launching/environment.js";
import { launchQueue } from "../launching/launch-queue.js";
import { prepareLaunch } from "../launching/prepare-launch.js";
import { followQueue } from "../queues/follow-queue.js";
import { silentRunner } from "../queues/open-local-queue.js";
import { Narrator } from "../render/narrator.js";
import type { Notice } from "../render/notice.js";
import { isObject } from "./config-fields.js";
import { Ec2QueueJob } from "./ec2-queue-job.js";
import { type HandlerOutcome, LEFT } from "./handler-outcome.js";
import { type LocalQueueConfig, parseQueueConfig } from "./queue-config.js";
import { outcomeOfQueue } from "./queue-outcome.js";
import { findRun, JOB_TAG, runTag } from "./queue-run.js";

const LOOK_EVERY_MS = 200;

/** A queue that loses its runner more often while one worker follows it has something wrong with it. */
const MOST_RESUMES = 3;

export interface QueueHandlerOptions {
  readonly context: Context;
  readonly manager: JobManager;
  /** The job queue's file or address. */
  readonly location: string;
}

/**
 * Runs jobs whose config is `{"queue": …}`: launches the queue as `spawn launch` does, or follows the one that a worker
 * before launched for the same attempt. The queue goes on without its worker.
 */
export function queueHandler(options: QueueHandlerOptions): JobHandler {
  return async (job) => {
    try {
      const { config: value } = job.job;
      if (!isObject(value)) throw new Error("a job that needs a queue has no object as its config");
      const config = parseQueueConfig(value, "/");
      return config.provider === "ec2"
        ? await new Ec2QueueJob({ ...options, job, config }).run()
        : await new QueueJob(options, job, config).run();
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      const errorMessage = [error.message, ...(error.hint === undefined ? [] : [error.hint])].join("\n");
      return { kind: "failed", errorMessage, ...(isLasting(error.code) ? { retry: false } : {}) };
    }
  };
}

/** What a retry would only meet again. */
function isLasting(code: ErrorCode): boolean {
  return code === "bad-queue-file" || code === "bad-arguments" || code === "not-supported";
}

class QueueJob {
  readonly #options: QueueHandlerOptions;
  readonly #job: JobContext;
  readonly #config: LocalQueueConfig;
  #resumes = 0;

  constructor(options: QueueHandlerOptions, job: JobContext, config: LocalQueueConfig) {
    this.#options = options;
    this.#job = job;
    this.#config = config;
  }

  async run(): Promise<HandlerOutcome> {
    const { context, location } = this.#options;
    const tag = runTag(location, this.#job.job);
    const before = await findRun(context, tag);
    if (before !== undefined)
      await this.#job.log("INFO", `Goes on with queue ${before.queueId} on ${before.instanceId}`);
    const instance = before ?? (await this.#launch(tag));
    return instance === undefined ? LEFT : await this.#follow(instance);
  }

  /** @returns `undefined` when the job was lost to another worker meanwhile. */
  async #launch(tag: string): Promise<Instance | undefined> {
    const { manager } = this.#options;
    const context = { ...this.#options.context, cwd: this.#config.cwd };
    const options = { ...this.#config.options, tags: { ...this.#config.options.tags, [JOB_TAG]: tag } };
    const prepared = await prepareLaunch(context, options, false);
    // Written with the claim: a worker that slept through the loss of its job launches nothing.
    const noted = await manager.logJobMessage(this.#job.job.jobId, "INFO", `Launches ${options.file}`);
    if (noted === undefined || this.#job.signal.aborted) return undefined;
    const instance = await launchQueue(context, prepared, () => undefined);
    await this.#job.log("INFO", `Launched queue ${instance.queueId} on ${instance.instanceId}`);
    return instance;
  }

  async #follow(instance: Instance): Promise<HandlerOutcome> {
    const { signal } = this.#job;
    const queue = new LocalQueue(instance.root, this.#options.context.clock);
    const leaving = new AbortController();
    const onAbort = (): void => {
      const { kind } = signal.reason as AbortReason;
      if (kind === "cancel-requested") writeRequest(queue.layout.state, { kind: "cancel", force: false });
      else leaving.abort();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await this.#followToEnd(instance, queue, leaving.signal);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #followToEnd(instance: Instance, queue: LocalQueue, leaving: AbortSignal): Promise<HandlerOutcome> {
    const narrator = new Narrator();
    for (;;) {
      for await (const look of followQueue(queue, { everyMs: LOOK_EVERY_MS, signal: leaving })) {
        await this.#tell(narrator.take(look.records, look.restarted));
      }
      if (leaving.aborted) return LEFT;
      if (queue.fold.latest === undefined) throw silentRunner(queue, instance);
      const outcome = outcomeOfQueue(queue.status());
      if (outcome !== undefined) return outcome;
      await this.#resume(instance);
    }
  }

  /** Its runner is gone, and it is not over. @throws SpawnError where it cannot go on. */
  async #resume({ instanceId, queueId }: Instance): Promise<void> {
    const { context } = this.#options;
    const instances = await context.launcher.list();
    const instance = instances.find((other) => other.instanceId === instanceId);
    if (instance?.state === "terminated")
      throw new SpawnError("runner-failed", `${instanceId} was terminated before queue ${queueId} was over`);
    if (this.#resumes >= MOST_RESUMES)
      throw new SpawnError("runner-failed", `queue ${queueId} lost its runner ${MOST_RESUMES + 1} times`);
    this.#resumes += 1;
    await this.#job.log("WARNING", `The runner of queue ${queueId} was lost: starting another one`);
    const { variables, carried } = launchEnvironment(context.env, this.#config.options.env);
    await context.launcher.resume(instanceId, { environment: variables, carried, rerun: [] });
  }

  async #tell(notices: readonly Notice[]): Promise<void> {
    for (const { icon, text, tone } of notices) {
      await this.#job.log(tone === "bad" ? "ERROR" : tone === "warn" ? "WARNING" : "INFO", `${icon} ${text}`);
    }
  }
}
