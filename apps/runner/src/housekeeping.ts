import type { OpenAttempt } from "./attempt-desk.js";
import type { QueueRun } from "./queue-run.js";
import { CurrentJobSign } from "./signposts.js";
import type { StorePublisher } from "./store-publisher.js";

/** Logs, pids and the sign of what runs are at most this old. */
const LOOK_EVERY_MS = 250;
const SYNC_EVERY_MS = 5_000;
const HEARTBEAT_EVERY_MS = 10_000;
/** Whoever has just launched a queue looks at once. */
const FIRST_HEARTBEAT_MS = 1_000;

/** What goes on beside the loop while attempts run. Returns how to end it. */
export function startHousekeeping(run: QueueRun, publisher: StorePublisher): () => void {
  const sign = new CurrentJobSign(run.parts.layout);
  const introduced = new Map<string, number>();
  const look = (): void => {
    sign.show([...run.attempts.open].at(-1)?.job.id);
    for (const open of run.attempts.open) {
      pumpLog(run, open);
      introduce(run, open, introduced);
    }
  };
  const sync = (): void => {
    for (const { job, attempt } of run.attempts.open) run.uploads.sync(job, attempt);
  };
  const timers = [
    setInterval(look, LOOK_EVERY_MS),
    setInterval(sync, SYNC_EVERY_MS),
    setTimeout(() => publisher.heartbeat(), FIRST_HEARTBEAT_MS),
    setInterval(() => publisher.heartbeat(), HEARTBEAT_EVERY_MS),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
    sign.show(undefined);
  };
}

function pumpLog(run: QueueRun, { job }: OpenAttempt): void {
  try {
    run.logs.pump(job.id);
  } catch {
    // A full disk: the lines are kept and written once there is room.
  }
}

/** Tells the pid of each attempt that lasts, once. */
function introduce(
  run: QueueRun,
  { job, attempt, process }: OpenAttempt,
  introduced: Map<string, number>,
): void {
  if (introduced.get(job.id) === attempt) return;
  const command = process.commandPid();
  if (command === undefined) return;
  introduced.set(job.id, attempt);
  const { pid, startTicks: pidStart } = command;
  run.inbox.put({ event: { type: "attempt-started", job: job.id, attempt, pid, pidStart } });
}
