import { jobBudget, queueOutcome } from "@spawn/dag-core";
import type { AbsentResults, JournalEvent, QueuePlace } from "../journal-events.js";
import type { QueueFold } from "./queue-fold.js";

export interface QueueMove {
  readonly place: QueuePlace;
  readonly absent: AbsentResults;
  /** Numbers of the last attempts that the other instance began, by job, as far as they are known from elsewhere. */
  readonly begun?: ReadonlyMap<string, number>;
  /** Scheduler time, in ms. */
  readonly t: number;
  /** In [0, 1), one for each attempt that was lost. */
  readonly random: () => number;
}

/**
 * Lets a queue that was left on another instance go on here: attempts that ran there are lost with their host, and a
 * run that was under way is interrupted.
 *
 * @param record puts an event into the journal and into the fold
 */
export function moveQueue(fold: QueueFold, move: QueueMove, record: (event: JournalEvent) => void): void {
  const { place, absent, begun = [], t, random } = move;
  record({ type: "instance-changed", t, ...place, ...absent });
  loseHost(fold, { t, random }, record);
  for (const [job, attempt] of begun) {
    if (fold.definition(job) === undefined || attempt <= jobBudget(fold.scheduler, job).lastAttempt) continue;
    record({ type: "attempts-unknown", t, job, attempt });
  }
  if (fold.started !== undefined) interruptQueue(fold, t, record);
}

/**
 * Ends the attempts that ran on an instance which is no more.
 *
 * @param record puts an event into the journal and into the fold
 */
export function loseHost(
  fold: QueueFold,
  { t, random }: Pick<QueueMove, "t" | "random">,
  record: (event: JournalEvent) => void,
): void {
  for (const job of fold.running) {
    const attempt = fold.job(job).last?.attempt;
    if (attempt === undefined) continue;
    const outcome = { reason: "host-lost" } as const;
    record({ type: "attempt-ended", t, job, attempt, outcome, random: random() });
  }
}

/**
 * Ends a run that is under way as an interruption does: its attempts with it, at once. Does nothing to one that is over.
 *
 * @param t scheduler time, in ms
 * @param record puts an event into the journal and into the fold
 */
export function interruptQueue(fold: QueueFold, t: number, record: (event: JournalEvent) => void): void {
  if (fold.finished !== undefined) return;
  if (queueOutcome(fold.scheduler) === undefined) {
    record({ type: "interrupt-requested", t, cause: "shutdown" });
  }
  for (const job of fold.running) {
    const attempt = fold.job(job).last?.attempt;
    if (attempt === undefined) continue;
    record({ type: "attempt-ended", t, job, attempt, outcome: { reason: "interrupted" }, random: 0 });
  }
  const outcome = queueOutcome(fold.scheduler);
  if (outcome !== undefined) record({ type: "queue-finished", t, outcome });
}
