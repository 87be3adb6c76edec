import type { QueueRun } from "./queue-run.js";
import type { StorePublisher } from "./store-publisher.js";

const LOG_EVERY_MS = 250;
const SYNC_EVERY_MS = 5_000;
const HEARTBEAT_EVERY_MS = 10_000;

/** What goes on beside the loop while attempts run: logs, pids, uploads, the heartbeat. Returns how to end it. */
export function startHousekeeping(run: QueueRun, publisher: StorePublisher): () => void {
  const introduced = new Set<string>();
  const logs = setInterval(() => {
    for (const { job, attempt, process } of run.attempts.open) {
      try {
        run.logs.pump(job.id);
      } catch {
        // A full disk: the lines are kept and written once there is room.
      }
      const key = `${job.id}.${attempt}`;
      if (introduced.has(key)) continue;
      const command = process.commandPid();
      if (command === undefined) continue;
      introduced.add(key);
      run.inbox.put({
        event: {
          type: "attempt-started",
          job: job.id,
          attempt,
          pid: command.pid,
          pidStart: command.startTicks,
        },
      });
    }
  }, LOG_EVERY_MS);
  const syncs = setInterval(() => {
    for (const { job, attempt } of run.attempts.open) run.uploads.sync(job, attempt);
  }, SYNC_EVERY_MS);
  const heartbeats = setInterval(() => publisher.heartbeat(), HEARTBEAT_EVERY_MS);
  return () => {
    for (const timer of [logs, syncs, heartbeats]) clearInterval(timer);
  };
}
