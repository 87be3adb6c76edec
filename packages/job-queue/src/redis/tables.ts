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
  return {
    tickets,
    jobs: new Jobs(scripts, outbox),
    claims: new Claims(scripts, tickets, outbox, random),
    leases: new Leases(scripts, tickets, outbox),
    changes: new JobChanges(scripts, tickets, outbox, random),
    logs: new JobLogs(client, scripts),
    workers: new Workers(scripts),
    schedules: new Schedules(scripts, outbox),
  };
}
