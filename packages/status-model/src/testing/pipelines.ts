import type { AttemptOutcome } from "@spawn/dag-core";
import type { JournalEvent } from "../journal-events.js";
import { buildJob, buildQueueCreated } from "./journals.js";

const MINUTE = 60_000;

/** An attempt as the journal tells it, from its start to its end, if it has one. */
export function attemptEvents(
  job: string,
  attempt: number,
  startT: number,
  end?: { readonly t: number; readonly outcome?: AttemptOutcome },
  pid = 1234,
): JournalEvent[] {
  const events: JournalEvent[] = [
    { type: "attempt-starting", t: startT, job, attempt },
    { type: "attempt-started", t: startT, job, attempt, pid, pidStart: 100 },
  ];
  if (end !== undefined) {
    const outcome = end.outcome ?? { reason: "exit", exitCode: 0 };
    events.push({ type: "attempt-ended", t: end.t, job, attempt, outcome, random: 0 });
  }
  return events;
}

/** Three jobs in a row, ten seconds each: where it stands 15 seconds after its start. */
export function firstPipelineRunning(): JournalEvent[] {
  const job = (id: string, maxAttempts: number, dependsOn: readonly string[], command: string) =>
    buildJob(id, { maxAttempts, dependsOn, command, timeoutMs: MINUTE });
  return [
    buildQueueCreated([
      job("step1", 2, [], "echo 'Step 1: Download data' && sleep 10"),
      job("step2", 2, ["step1"], "echo 'Step 2: Process data' && sleep 10"),
      job("step3", 3, ["step2"], "echo 'Step 3: Upload results' && sleep 10"),
    ]),
    { type: "queue-started", t: 0 },
    ...attemptEvents("step1", 1, 0, { t: 10_000 }),
    ...attemptEvents("step2", 1, 10_000),
  ];
}

/** The same at its end, after 30 seconds. */
export function firstPipelineCompleted(): JournalEvent[] {
  return [
    ...firstPipelineRunning(),
    {
      type: "attempt-ended",
      t: 20_000,
      job: "step2",
      attempt: 1,
      outcome: { reason: "exit", exitCode: 0 },
      random: 0,
    },
    ...attemptEvents("step3", 1, 20_000, { t: 30_000 }),
    { type: "queue-finished", t: 30_000, outcome: { state: "completed", reason: "completed" } },
  ];
}

/** Five jobs in a row with timeouts of 6 h 15 min in all. */
export function trainingPipelineCreated(): JournalEvent {
  return buildQueueCreated(
    [
      buildJob("download", { maxAttempts: 3, timeoutMs: 15 * MINUTE }),
      buildJob("preprocess", { maxAttempts: 2, timeoutMs: 30 * MINUTE, dependsOn: ["download"] }),
      buildJob("train", { timeoutMs: 240 * MINUTE, dependsOn: ["preprocess"] }),
      buildJob("evaluate", { maxAttempts: 2, timeoutMs: 60 * MINUTE, dependsOn: ["train"] }),
      buildJob("export", { timeoutMs: 30 * MINUTE, dependsOn: ["evaluate"] }),
    ],
    {
      queueId: "ml-training-20260127",
      resultsLocation: "s3://spawn-results-us-east-1/ml-training-20260127/",
    },
  );
}
