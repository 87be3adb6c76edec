import { writeRequest } from "@spawn/attempt-runner";
import { isLive } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { CancelledJob, JobManager } from "@spawn/job-queue";
import { LocalQueue } from "@spawn/launcher";
import type { Context } from "../context.js";
import { instanceReference } from "../queues/find-on-ec2.js";
import { openRemoteQueue } from "../queues/remote/open-remote-queue.js";
import { isSettled } from "../queues/remote/remote-queue.js";
import { isObject } from "./config-fields.js";
import { jobKey } from "./job-place.js";
import { parseQueueConfig, type QueueConfig } from "./queue-config.js";
import { JOB_TAG } from "./queue-run.js";

/** An instance's deadline is at most 30 days off. */
const LOOKED_BACK_MS = 30 * 86_400_000;
const MOST_JOBS = 1000;

export interface AbandonedQueuesParts {
  readonly context: Context;
  readonly manager: Pick<JobManager, "listJobs">;
  /** The job queue's file or address. */
  readonly location: string;
  readonly onCancelled: (queueId: string) => void;
  /** Why it could not be looked for them; it is tried again. */
  readonly onProblem: (error: SpawnError) => void;
}

interface CancelledQueueJob {
  readonly key: string;
  /** Names this cancelling: the job may be retried, and cancelled again. */
  readonly cancelling: string;
  readonly config: QueueConfig;
}

/**
 * Cancels queues whose job was cancelled while no worker followed them: that worker was lost, and nobody else is told.
 * Local ones on this machine, and those on EC2.
 */
export class AbandonedQueues {
  readonly #parts: AbandonedQueuesParts;
  /** What was looked at. */
  readonly #seen = new Set<string>();

  constructor(parts: AbandonedQueuesParts) {
    this.#parts = parts;
  }

  /** Looks at the jobs that have been cancelled since the last look. AWS is asked only where their queues are there. */
  async end(): Promise<void> {
    const fresh = await this.#freshJobs();
    const local = fresh.filter(({ config }) => config.provider === "local");
    await this.#attend(local, () => this.#endLocal(local));
    const regions = new Set(fresh.flatMap(({ config }) => regionOf(config) ?? []));
    for (const region of regions) {
      const there = fresh.filter(({ config }) => regionOf(config) === region);
      await this.#attend(there, () => this.#endOnEc2(region, there));
    }
  }

  async #freshJobs(): Promise<readonly CancelledQueueJob[]> {
    const { manager, context, location } = this.#parts;
    const since = context.clock.wallMs() - LOOKED_BACK_MS;
    const jobs = await manager.listJobs({ status: "cancelled", limit: MOST_JOBS });
    return jobs.flatMap((job) => {
      if (job.status !== "cancelled" || Date.parse(job.completedAt) < since) return [];
      const config = queueConfigOf(job);
      const key = jobKey(location, job);
      const cancelling = `${key} ${job.completedAt}`;
      return config === undefined || this.#seen.has(cancelling) ? [] : [{ key, cancelling, config }];
    });
  }

  async #attend(jobs: readonly CancelledQueueJob[], end: () => Promise<void>): Promise<void> {
    if (jobs.length === 0) return;
    try {
      await end();
      for (const { cancelling } of jobs) this.#seen.add(cancelling);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      this.#parts.onProblem(error);
    }
  }

  async #endLocal(jobs: readonly CancelledQueueJob[]): Promise<void> {
    const { context, onCancelled } = this.#parts;
    for (const instance of await context.launcher.list()) {
      if (instance.state !== "running" || !isOf(jobs, instance.tags)) continue;
      const { layout } = new LocalQueue(instance.root, context.clock);
      writeRequest(layout.state, { kind: "cancel", force: false });
      onCancelled(instance.queueId);
    }
  }

  async #endOnEc2(region: string, jobs: readonly CancelledQueueJob[]): Promise<void> {
    const { context, onCancelled } = this.#parts;
    const access = await context.ec2(region);
    for (const instance of await access.list()) {
      if (!isLive(instance) || !isOf(jobs, instance.tags)) continue;
      const reference = instanceReference(instance);
      if (isSettled(await (await openRemoteQueue(context, reference)).look())) continue;
      await access.ask(reference.storeRoot, reference.queueId, { kind: "cancel", force: false });
      onCancelled(reference.queueId);
    }
  }
}

function isOf(jobs: readonly CancelledQueueJob[], tags: Readonly<Record<string, string>>): boolean {
  const owner = (tags[JOB_TAG] ?? "").replace(/\/.*/s, "");
  return jobs.some(({ key }) => key === owner);
}

function queueConfigOf({ config }: CancelledJob): QueueConfig | undefined {
  if (!isObject(config) || !Object.hasOwn(config, "queue")) return undefined;
  try {
    return parseQueueConfig(config, "/");
  } catch {
    // Submitted by something else than this program: no worker of this one has launched it.
    return undefined;
  }
}

function regionOf(config: QueueConfig): string | undefined {
  return config.provider === "ec2" ? config.ec2.region : undefined;
}
