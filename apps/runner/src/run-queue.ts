import { chooseStart, type Effect, isCurrent, type QueueOutcome, type SchedulerEvent } from "@spawn/dag-core";
import { unreachable } from "@spawn/foundation";
import type { JournalEvent } from "@spawn/status-model";
import { awaitUploads } from "./await-uploads.js";
import type { PendingEvent, QueueRun } from "./queue-run.js";

/**
 * Runs a queue until it is over: start what fits, wait for one event, put it in the journal, apply it, do what follows,
 * repeat. Nothing that rests on a record is done before the record is on the disk.
 *
 * @throws SpawnError `no-space`, `store-failed`, …: the journal or the store fails. Attempts go on; the next runner
 * takes them over.
 */
export async function runQueue(run: QueueRun, begin: readonly PendingEvent[]): Promise<QueueOutcome> {
  await run.settleInherited();
  const due: Due = { effects: [], callbacks: [] };
  for (const pending of [...begin, ...run.inbox.drain()]) recordIfCurrent(run, pending, due);
  due.effects = [...run.inheritedEffects()];
  for (;;) {
    startWhatFits(run, due);
    await makeDurable(run, due);
    const outcome = performDue(run, due);
    if (outcome !== undefined) return await finish(run, outcome);
    await run.parts.journal.compact(run.parts.fold);
    for (const pending of await run.inbox.take()) recordIfCurrent(run, pending, due);
  }
}

/** What follows from records that are not known to be on the disk yet. */
interface Due {
  effects: Effect[];
  callbacks: (() => void)[];
}

/** Records on which nothing rests yet (a pid, stored results) need not be waited for. */
async function makeDurable({ parts }: QueueRun, { effects, callbacks }: Due): Promise<void> {
  if (effects.length > 0 || callbacks.length > 0) await parts.journal.sync();
  else parts.journal.write();
}

function startWhatFits(run: QueueRun, due: Due): void {
  for (;;) {
    const next = chooseStart(run.scheduler, run.slots);
    if (next === undefined) return;
    due.effects.push(...run.record({ type: "attempt-starting", t: run.parts.clock.now(), ...next }));
  }
}

/** Does what is due, in order; returns the outcome when the run ends with it. */
function performDue(run: QueueRun, due: Due): QueueOutcome | undefined {
  const { effects, callbacks } = due;
  due.effects = [];
  due.callbacks = [];
  for (const callback of callbacks) callback();
  return perform(run, effects);
}

/** Performs effects in order; returns the outcome when one of them ends the run. */
function perform(run: QueueRun, effects: readonly Effect[]): QueueOutcome | undefined {
  for (const effect of effects) {
    switch (effect.type) {
      case "start-attempt":
        run.attempts.start(run.job(effect.job), effect.attempt, run.slots.gpusOf(effect.job));
        break;
      case "stop-attempt":
        run.attempts.stop(effect.job, effect.attempt, effect.cause, effect.force === true);
        break;
      case "wake-at":
        run.alarms.set(effect.t, effect.event);
        break;
      case "finish-queue":
        return effect.outcome;
      default:
        unreachable(effect);
    }
  }
  return undefined;
}

/** Everything goes up first, or the deadline for that passes; only then is the queue over. */
async function finish(run: QueueRun, outcome: QueueOutcome): Promise<QueueOutcome> {
  if (outcome.state === "interrupted") run.storePaused();
  await storeEverything(run);
  run.record({ type: "queue-finished", t: run.parts.clock.now(), outcome });
  await run.parts.journal.sync();
  return outcome;
}

/** Brings all that ended jobs left into the store, and records what could not be brought before the deadline. */
export async function storeEverything(run: QueueRun): Promise<void> {
  run.storeTheRest();
  const due: Due = { effects: [], callbacks: [] };
  await awaitUploads(run, async () => {
    for (const pending of run.inbox.drain()) {
      if (endsWaiting(pending)) run.uploads.giveUp();
      recordIfCurrent(run, pending, due);
    }
    await makeDurable(run, due);
    for (const callback of due.callbacks.splice(0)) callback();
  });
  for (const event of run.unstoredEvents()) run.record(run.stamp({ event }));
}

/** Whoever ends everything at once does not wait for a store that fails. */
function endsWaiting({ event }: PendingEvent): boolean {
  return event.type === "cancel-requested" && event.force;
}

/** Timers may be stale and requests may come too late: such events never happened. */
function recordIfCurrent(run: QueueRun, pending: PendingEvent, due: Due): void {
  const event = run.stamp(pending);
  if (!isSchedulerEvent(event) || isCurrent(run.scheduler, event)) due.effects.push(...run.record(event));
  if (pending.recorded !== undefined) due.callbacks.push(pending.recorded);
}

function isSchedulerEvent(event: JournalEvent): event is SchedulerEvent {
  switch (event.type) {
    case "queue-created":
    case "queue-changed":
    case "instance-changed":
    case "runner-started":
    case "deadline-set":
    case "instance-kept":
    case "attempt-started":
    case "attempt-usage":
    case "results-stored":
    case "results-unstored":
    case "warning":
    case "queue-finished":
    case "snapshot":
      return false;
    default:
      return true;
  }
}
