import {
  detectContainment,
  discardRequests,
  machineCapacity,
  type RunnerRequest,
  watchRequests,
} from "@spawn/attempt-runner";
import type { QueueOutcome } from "@spawn/dag-core";
import { SpawnError, systemClock, systemRandom, unreachable } from "@spawn/foundation";
import { folderStore } from "@spawn/result-store";
import type { Logger } from "pino";
import type { RunnerCommand } from "./arguments.js";
import { startHousekeeping } from "./housekeeping.js";
import { openQueueRun } from "./open-queue-run.js";
import type { PendingEvent, QueueRun } from "./queue-run.js";
import { runQueue } from "./run-queue.js";
import { StorePublisher } from "./store-publisher.js";

type RunCommand = Extract<RunnerCommand, { kind: "run" }>;

/** One runner's life: takes the queue over, runs it to its end, lets it go. */
export async function runSession(command: RunCommand, log: Logger): Promise<QueueOutcome> {
  const containment = detectContainment();
  const run = openQueueRun({
    ...command,
    store: folderStore(command.store),
    machine: machineCapacity({ environment: process.env }),
    containment,
    environment: process.env,
    clock: systemClock(),
    random: systemRandom(),
  });
  const { queueId, lock } = run.parts;
  log.info({ queueId, epoch: lock.epoch }, "runner started");
  log.info({ containment: containment.kind, reason: containment.reason }, "containment");
  const ending = new AbortController();
  try {
    const finished = run.parts.fold.finished;
    const isOver = finished !== undefined && finished.state !== "interrupted";
    const publisher = new StorePublisher(run);
    if (isOver && !command.resume) {
      // The runner that finished it may have died before it could say so in the store.
      await publisher.publishFinal();
      return finished;
    }
    // What was asked of the runner before: to stop, which it has; or to cancel a run that is over by now.
    discardRequests(run.parts.layout.state, ({ kind }) => kind === "interrupt" || isOver);
    await publisher.publishQueue();
    listen(run, ending.signal, log);
    const stopHousekeeping = startHousekeeping(run, publisher);
    ending.signal.addEventListener("abort", stopHousekeeping, { once: true });
    const outcome = await runQueue(run, beginning(run, command)).catch(async (error: unknown) => {
      stopHousekeeping();
      // Whoever looks at the store should not see the queue running for ever; if that fails too, the first error counts.
      await publisher.publishFinal().catch(() => undefined);
      throw error;
    });
    stopHousekeeping();
    await publisher.publishFinal();
    log.info({ queueId, outcome }, "queue finished");
    return outcome;
  } finally {
    ending.abort();
    run.close();
  }
}

/** What this runner has to say first: a queue begins, goes on, or begins again. */
function beginning(run: QueueRun, command: RunCommand): readonly PendingEvent[] {
  if (run.parts.fold.started === undefined) return [{ event: { type: "queue-started" } }];
  const finished = run.parts.fold.finished;
  if (finished === undefined) return [];
  const isInterrupted = finished.state === "interrupted";
  const jobs = isInterrupted && !run.hasChanged() ? [] : run.resumedJobs(command.rerun);
  if (jobs.length === 0) {
    if (isInterrupted) return [{ event: { type: "queue-continued" } }];
    throw new SpawnError("not-resumable", "every job has completed: there is nothing to run again", {
      hint: "Name a job to run again with --rerun JOB.",
    });
  }
  return [{ event: { type: "queue-resumed", jobs } }];
}

/** Requests and signals become events. */
function listen(run: QueueRun, signal: AbortSignal, log: Logger): void {
  watchRequests(
    run.parts.layout.state,
    (event) => {
      if (event.type === "request") run.inbox.put({ event: eventOf(event.request), recorded: event.done });
      else log.warn(event, "not a request; it was moved aside");
    },
    { signal },
  );
  let interrupts = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    log.info({ signal: name }, "signal received");
    if (name === "SIGTERM") {
      run.inbox.put({ event: { type: "interrupt-requested", cause: "shutdown" } });
    } else {
      interrupts += 1;
      run.inbox.put({ event: { type: "cancel-requested", force: interrupts > 1 } });
    }
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  process.on("SIGHUP", () => undefined);
}

function eventOf(request: RunnerRequest): PendingEvent["event"] {
  switch (request.kind) {
    case "cancel":
      return { type: "cancel-requested", force: request.force };
    case "interrupt":
      return { type: "interrupt-requested", cause: request.cause };
    default:
      return unreachable(request);
  }
}
