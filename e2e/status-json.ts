import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

/** Of the status JSON, what the tests look at. */
export interface StatusJson {
  readonly queue_id: string;
  readonly instance_id: string;
  readonly status: string;
  readonly reason?: string;
  readonly first_failure?: string;
  readonly jobs: Readonly<
    Record<"total" | "completed" | "running" | "pending" | "failed" | "skipped" | "cancelled", number>
  >;
  readonly job_details: readonly JobJson[];
  readonly results_location: string;
  readonly warnings: readonly { readonly job_id?: string; readonly message: string }[];
}

export interface JobJson {
  readonly job_id: string;
  readonly status: string;
  readonly reason?: string;
  readonly attempt: number;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly exit_code?: number;
  readonly signal?: number;
  readonly pid?: number;
  readonly log_file?: string;
  readonly blocked_by?: readonly string[];
  readonly previous_attempts?: readonly {
    readonly attempt: number;
    readonly reason?: string;
    readonly exit_code?: number;
  }[];
}

const schema: object = JSON.parse(
  readFileSync(new URL("../packages/status-model/queue-status.schema.json", import.meta.url), "utf8"),
);
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const isStatus = ajv.compile<StatusJson>(schema);

/**
 * Reads exactly one status from a command's standard output.
 *
 * @throws Error when it is none by the published schema, or its counters do not add up.
 */
export function parseStatus(text: string): StatusJson {
  const value: unknown = JSON.parse(text);
  if (!isStatus(value)) throw new Error(`not a status: ${ajv.errorsText(isStatus.errors)}\n${text}`);
  const { total, ...parts } = value.jobs;
  const sum = Object.values(parts).reduce((a, b) => a + b, 0);
  if (sum !== total || total !== value.job_details.length)
    throw new Error(`counters do not add up:\n${text}`);
  return value;
}

/** The job of that id. */
export function jobOf(status: StatusJson, id: string): JobJson {
  const job = status.job_details.find(({ job_id }) => job_id === id);
  if (job === undefined) throw new Error(`the status has no job ${id}`);
  return job;
}

/** `{ a: "completed 1/1", … }`: what became of each job and the attempts it took. */
export function outcomes(status: StatusJson): Readonly<Record<string, string>> {
  return Object.fromEntries(
    status.job_details.map((job) => [job.job_id, `${job.status} ${job.attempts}/${job.max_attempts}`]),
  );
}
