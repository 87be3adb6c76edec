export const LOG_LEVELS = ["INFO", "WARNING", "ERROR"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** One message of a job, as a store keeps it and as `--json` prints it. */
export interface JobLogRow {
  /** Grows with every message. */
  readonly log_id: number;
  readonly job_id: number;
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly message: string;
}
