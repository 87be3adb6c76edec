import type { JobSpec, QueueSpec } from "../spec/queue-spec.js";
import { parseValue } from "./variable-references.js";

/** What of a queue is looked through. */
export type Environments = Pick<QueueSpec, "environment"> & {
  readonly jobs: readonly Pick<JobSpec, "id" | "environment">[];
};

/** A `${NAME}` in an environment of a queue. */
export interface ReferencedVariable {
  readonly name: string;
  /** Whether it may stay unset. */
  readonly hasDefault: boolean;
  /** The environment variable whose value refers to it. */
  readonly variable: string;
  /** The job that says so; absent: the queue itself. */
  readonly job?: string;
}

/** Every reference in the environments of a queue and its jobs, the queue's first, then in file order. */
export function referencedVariables(spec: Environments): readonly ReferencedVariable[] {
  return [
    ...referencesIn(spec.environment),
    ...spec.jobs.flatMap((job) =>
      referencesIn(job.environment).map((reference) => ({ ...reference, job: job.id })),
    ),
  ];
}

function referencesIn(environment: Readonly<Record<string, string>>): ReferencedVariable[] {
  return Object.entries(environment).flatMap(([variable, value]) =>
    parseValue(value).flatMap((part) =>
      part.kind === "reference"
        ? [{ name: part.reference.name, hasDefault: part.reference.defaultText !== undefined, variable }]
        : [],
    ),
  );
}
