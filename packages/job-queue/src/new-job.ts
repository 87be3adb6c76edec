import { SpawnError } from "@spawn/foundation";
import { writeConfig } from "./job-config.js";
import { jobNeeds } from "./job-needs.js";
import type { NewJobRow } from "./job-store.js";
import type { JsonValue } from "./json-value.js";

export const DEFAULT_PRIORITY = 5;
export const DEFAULT_MAX_RETRIES = 3;

/** What is asked for when a job is submitted. */
export interface NewJob {
  /** A name such as `training`, `evaluation`, `export`, `retraining`, or one of your own. */
  readonly jobType: string;
  /** What JSON can hold, at most 1 MiB of it. */
  readonly config: JsonValue;
  /** 1 to 10, 10 first; 5 when absent. */
  readonly priority?: number;
  /** Retries after the first attempt; 3 when absent. */
  readonly maxRetries?: number;
}

const JOB_TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** @throws SpawnError `bad-arguments`, with all that is wrong. */
export function checkNewJob(job: NewJob): NewJobRow {
  const { priority = DEFAULT_PRIORITY, maxRetries = DEFAULT_MAX_RETRIES } = job;
  const problems: string[] = [];
  if (typeof job.jobType !== "string" || !JOB_TYPE.test(job.jobType)) {
    problems.push(
      `job type ${shown(job.jobType)} is not a name (letters, digits, ".", "_" and "-", at most 128, the first a letter or digit)`,
    );
  }
  if (!Number.isInteger(priority) || priority < 1 || priority > 10) {
    problems.push(`priority ${shown(priority)} is not a whole number from 1 to 10 (10 goes first)`);
  }
  if (!Number.isSafeInteger(maxRetries) || maxRetries < 0) {
    problems.push(`max_retries ${shown(maxRetries)} is not a whole number from 0 up`);
  }
  const config = writeConfig(job.config);
  if ("problem" in config) problems.push(config.problem);
  if (problems.length > 0 || "problem" in config) throw new SpawnError("bad-arguments", problems.join("\n"));
  return {
    job_type: job.jobType,
    config: config.text,
    priority,
    max_retries: maxRetries,
    needs: jobNeeds(job.jobType, job.config),
  };
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
