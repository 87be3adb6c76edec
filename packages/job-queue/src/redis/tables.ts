import type { Random } from "@spawn/foundation";
import type { Redis } from "ioredis";
import { Claims } from "./claims.js";
import { JobChanges } from "./job-changes.js";
import { JobLogs } from "./job-logs.js";
import { Jobs } from "./jobs.js";
import { Leases } from "./leases.js";
import { Outbox } from "./outbox.js";
import { Schedules } from "./schedules.js";
import { Scripts } from "./scripts.js";
import { Session } from "./session.js";
import { TicketQueues } from "./ticket-queues.js";
import { Workers } from "./workers.js";

/** All that a store is made of. */
export interface Tables {
  readonly tickets: TicketQueues;
  readonly jobs: Jobs;
  readonly claims: Claims;
  readonly leases: Leases;
  readonly changes: JobChanges;
  readonly logs: JobLogs;
  readonly workers: Workers;
  readonly schedules: Schedules;
}

export function tablesOf(
  bullmq: typeof import("bullmq"),
  client: Redis,
  prefix: string,
  random: Random,
): Tables {
  const scripts = new Scripts(client, prefix);
  const tickets = new TicketQueues(bullmq, client, prefix);
  const outbox = new Outbox(client, tickets, prefix);
  const session = new Session(scripts, tickets, outbox, random);
  return {
    tickets,
    jobs: new Jobs(scripts, outbox),
    claims: new Claims(session),
    leases: new Leases(session),
    changes: new JobChanges(session),
    logs: new JobLogs(client, scripts),
    workers: new Workers(scripts),
    schedules: new Schedules(scripts, outbox),
  };
}
