import type { JobLive } from "../progress/job-live.js";

/** The moment, and what surrounds the journal then. */
export interface StatusInput {
  /** Wall clock, ms since the Unix epoch. */
  readonly wallMs: number;
  /** Scheduler time, ms; see `schedulerTimeAt`. */
  readonly t: number;
  /** Whether a runner holds the queue: without one, a queue that is not final is interrupted. */
  readonly runner: "alive" | "gone";
  readonly live?: ReadonlyMap<string, JobLive>;
  /** Path of a job's merged log. */
  readonly logFileOf?: (job: string) => string;
  /** IANA name; default: the process's own zone. */
  readonly timeZone?: string;
}
