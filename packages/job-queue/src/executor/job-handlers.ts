import type { AttemptOutcome } from "../attempt-outcome.js";
import type { RunningJob } from "../job.js";
import type { LogLevel } from "../job-log.js";
import { type ConfigKind, needsOfType } from "../job-needs.js";

export interface JobContext {
  readonly job: RunningJob;
  /**
   * Aborted, with an `AbortReason`, when the job is to be cancelled, when the worker stops and its grace is over, or when
   * the job has been lost to another worker. The handler ends what it started, and returns or throws.
   */
  readonly signal: AbortSignal;
  /** Adds a message to the job's; what fails with it fails no job. */
  log(level: LogLevel, message: string): Promise<void>;
}

/**
 * Runs an attempt at a job. Returning nothing means `completed`, and throwing `failed`. A job may be run more than once,
 * so a handler should do no harm when what it does has been done.
 */
export type JobHandler = (
  context: JobContext,
) => Promise<Exclude<AttemptOutcome, { kind: "released" }> | undefined> | Promise<void>;

/** What a worker can do. */
export interface JobHandlers {
  /** By job type, for jobs whose config is neither of the kinds below. */
  readonly types?: Readonly<Record<string, JobHandler>>;
  /** For configs that have this key, whatever the job's type. */
  readonly configs?: Readonly<Partial<Record<ConfigKind, JobHandler>>>;
}

export function handlersByNeeds({ types = {}, configs = {} }: JobHandlers): ReadonlyMap<string, JobHandler> {
  return new Map([
    ...Object.entries(types).map(([type, handler]) => [needsOfType(type), handler] as const),
    ...Object.entries(configs).filter((entry): entry is [string, JobHandler] => entry[1] !== undefined),
  ]);
}
