import { inspect } from "node:util";
import type { AbortReason, AttemptOutcome } from "../attempt-outcome.js";
import type { ClaimedJob, JobManager } from "../job-manager.js";
import type { JobHandler } from "./job-handlers.js";

const OUTCOMES: readonly AttemptOutcome["kind"][] = ["completed", "failed", "cancelled"];

export interface AttemptToRun {
  readonly job: ClaimedJob;
  readonly handler: JobHandler;
  readonly manager: JobManager;
  /** Aborted when the worker gives its jobs back. */
  readonly stopping: AbortSignal;
  readonly onLogFailed: (error: unknown) => void;
}

/** Runs a job's handler until it ends, with its messages kept. @returns how the attempt is to be recorded. */
export async function runAttempt({
  job,
  handler,
  manager,
  stopping,
  onLogFailed,
}: AttemptToRun): Promise<AttemptOutcome> {
  const messages = new Set<Promise<void>>();
  const signal = AbortSignal.any([job.signal, stopping]);
  const outcome = await settled(() =>
    handler({
      job,
      signal,
      log: (level, message) => {
        const done: Promise<void> = manager
          .logAttempt(job, level, message)
          .then(() => {}, onLogFailed)
          .finally(() => messages.delete(done));
        messages.add(done);
        return done;
      },
    }),
  );
  await Promise.all(messages);
  return signal.aborted ? abortedOutcome(outcome, signal.reason as AbortReason) : outcome;
}

async function settled(run: () => ReturnType<JobHandler>): Promise<AttemptOutcome> {
  try {
    return outcomeOf(await run());
  } catch (error) {
    return { kind: "failed", errorMessage: error instanceof Error ? error.message : String(error) };
  }
}

/** Handlers in JavaScript may return anything. What cannot be understood will not be understood in a retry either. */
function outcomeOf(returned: unknown): AttemptOutcome {
  if (returned === undefined) return { kind: "completed" };
  const outcome = returned as AttemptOutcome | null;
  if (outcome !== null && OUTCOMES.includes(outcome.kind)) return outcome;
  const shown = inspect(returned, { breakLength: Number.POSITIVE_INFINITY });
  return { kind: "failed", errorMessage: `the handler returned ${shown}, which is no outcome`, retry: false };
}

/** What completed has completed; all else is put down to what the handler was told. */
function abortedOutcome(outcome: AttemptOutcome, reason: AbortReason): AttemptOutcome {
  if (outcome.kind === "completed") return outcome;
  switch (reason.kind) {
    case "cancel-requested":
      return {
        kind: "cancelled",
        ...("errorMessage" in outcome && outcome.errorMessage !== undefined
          ? { errorMessage: outcome.errorMessage }
          : {}),
      };
    case "stopping":
      return { kind: "released" };
    case "lease-lost":
      return outcome;
  }
}
