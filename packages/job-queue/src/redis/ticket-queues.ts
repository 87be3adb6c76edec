import type { Job, JobsOptions, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";

type BullMq = typeof import("bullmq");

/** What of a job is in BullMQ: its place in the queue. */
export interface Ticket {
  readonly queue: string;
  readonly ticket: string;
}

export interface NewTicket extends Ticket {
  readonly jobType: string;
  /** 1 to 10, 10 first. */
  readonly priority: number;
}

export type TicketEnd = "completed" | "failed";

/** Between BullMQ's handing a ticket out and the start of the claim's own lease. */
export const HAND_OUT_MS = 10_000;

/** What is to be kept of a job is in its hash; its ticket goes when it is over. */
const OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** The name of the queue in which BullMQ has the jobs with these needs. It must not contain a colon. */
export function queueOf(needs: string): string {
  return encodeURIComponent(needs);
}

/**
 * The queues of BullMQ, one for each thing that a job can need, so that a worker asks only for what it can do. A ticket is
 * moved by whoever has its lock, and by nobody else: who has lost it changes nothing.
 */
export class TicketQueues {
  readonly #bullmq: BullMq;
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #queues = new Map<string, Queue>();
  readonly #workers = new Map<string, Worker>();

  constructor(bullmq: BullMq, client: Redis, prefix: string) {
    this.#bullmq = bullmq;
    this.#client = client;
    this.#prefix = `${prefix}:q`;
  }

  /** Puts tickets in. One that is there already stays as it is. */
  async add(tickets: readonly NewTicket[]): Promise<void> {
    await Promise.all(
      tickets.map(({ queue, ticket, jobType, priority }) =>
        this.#queue(queue).add(jobType, {}, { ...OPTIONS, jobId: ticket, priority: 11 - priority }),
      ),
    );
  }

  /** Hands out the first ticket of a queue, under a lock with that token. */
  async next(queue: string, token: string): Promise<string | undefined> {
    const job = await this.#worker(queue).getNextJob(token, { block: false });
    return job?.id;
  }

  /** Back to where it was in its queue. */
  async putBack(ticket: Ticket, token: string): Promise<void> {
    await this.#move(ticket, (job) => job.moveToWait(token));
  }

  async delay(ticket: Ticket, token: string, delayMs: number): Promise<void> {
    await this.#move(ticket, (job) => job.moveToDelayed(Date.now() + delayMs, token));
  }

  async end(ticket: Ticket, token: string, end: TicketEnd): Promise<void> {
    await this.#move(ticket, async (job) => {
      if (end === "completed") await job.moveToCompleted(null, token, false);
      else await job.moveToFailed(new Error(end), token, false);
    });
  }

  /** Takes one out that nobody has. */
  async remove(ticket: Ticket): Promise<void> {
    await this.#move(ticket, (job) => job.remove());
  }

  async close(): Promise<void> {
    const all = [...this.#workers.values(), ...this.#queues.values()];
    this.#workers.clear();
    this.#queues.clear();
    await Promise.all(all.map((each) => each.close()));
  }

  async #move({ queue, ticket }: Ticket, move: (job: Job) => Promise<unknown>): Promise<void> {
    const job = new this.#bullmq.Job(this.#worker(queue), "", {}, OPTIONS, ticket);
    try {
      await move(job);
    } catch (error) {
      if (!isLost(error)) throw error;
    }
  }

  #queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new this.#bullmq.Queue(name, this.#options());
      queue.on("error", () => {});
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #worker(name: string): Worker {
    let worker = this.#workers.get(name);
    if (worker === undefined) {
      const { Worker: BullWorker, createRedisBackend } = this.#bullmq;
      const options = { ...this.#options(), autorun: false, lockDuration: HAND_OUT_MS };
      // It never blocks a connection to wait for a job, so it needs none of its own.
      worker = new BullWorker(name, null, options, (queue, its) => createRedisBackend(queue, its));
      worker.on("error", () => {});
      this.#workers.set(name, worker);
    }
    return worker;
  }

  #options() {
    return { connection: this.#client, prefix: this.#prefix, skipVersionCheck: true } as const;
  }
}

/** BullMQ refused to move a ticket, because it is somebody else's by now or has gone. Its errors have a negative code. */
function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === "number" && code < 0) || error.message.includes("could not be removed");
}
