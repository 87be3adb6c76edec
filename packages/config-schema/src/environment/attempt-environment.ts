import type { JobSpec, QueueSpec } from "../spec/queue-spec.js";
import { expandVariables } from "./expand-variables.js";
import { type Environments, referencedVariables } from "./referenced-variables.js";

/** What the runner itself gives to attempts, the last two to those that run because of a failure, or in spite of it. */
export const PROVIDED_VARIABLES = [
  "QUEUE_ID",
  "JOB_ID",
  "JOB_ATTEMPT",
  "SPAWN_INSTANCE_ID",
  "SPAWN_PROGRESS_FILE",
  "SPAWN_QUEUE_STATUS",
  "SPAWN_FAILED_JOBS",
] as const;

/** What the machine itself has; what a queue file says of these names comes after it when they are referenced. */
const MACHINE_VARIABLES = new Set([
  "HOME",
  "HOSTNAME",
  "LANG",
  "LOGNAME",
  "PATH",
  "SHELL",
  "TERM",
  "TMPDIR",
  "TZ",
  "USER",
]);

export interface AttemptEnvironmentInput {
  readonly queue: Pick<QueueSpec, "environment">;
  readonly job: Pick<JobSpec, "environment">;
  /** Values of `PROVIDED_VARIABLES`, and what else the runner sets. Nothing overrides it. */
  readonly provided: Readonly<Record<string, string>>;
  /** The runner's own environment: the machine's, and what was carried from the launching shell. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

export interface AttemptEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Names that were referenced and are set nowhere. */
  readonly missing: readonly string[];
}

/**
 * Everything an attempt's processes see. `${VAR}` is looked up in what the runner provides and the machine has, then in
 * the queue file's own environments (the job's before the queue's), then in what was carried from the launching shell.
 * A variable that names itself (`PATH: "/opt/bin:${PATH}"`) means the next place further out.
 */
export function attemptEnvironment(input: AttemptEnvironmentInput): AttemptEnvironment {
  const { queue, job, provided, inherited } = input;
  const missing = new Set<string>();

  const own = (name: string): string | undefined => job.environment[name] ?? queue.environment[name];

  const lookup = (name: string, resolving: readonly string[]): string | undefined => {
    if (provided[name] !== undefined) return provided[name];
    if (MACHINE_VARIABLES.has(name) && inherited[name] !== undefined) return inherited[name];
    const depth = resolving.filter((other) => other === name).length;
    const layers = [job.environment[name], queue.environment[name]].filter((layer) => layer !== undefined);
    const layer = layers[depth];
    if (layer !== undefined) return expand(layer, [...resolving, name]);
    return inherited[name];
  };

  const expand = (value: string, resolving: readonly string[]): string => {
    const expanded = expandVariables(value, (name) => lookup(name, resolving));
    for (const name of expanded.missing) missing.add(name);
    return expanded.value;
  };

  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) if (value !== undefined) variables[name] = value;
  variables.PYTHONUNBUFFERED ??= "1";
  for (const name of new Set([...Object.keys(queue.environment), ...Object.keys(job.environment)])) {
    const value = own(name);
    if (value !== undefined) variables[name] = expand(value, [name]);
  }
  Object.assign(variables, provided);
  return { variables, missing: [...missing] };
}

/**
 * Names that an environment of the queue file takes from the launching shell through `${VAR}`, unless they are the
 * machine's or the runner's own. Their values are masked wherever spawn shows a log.
 */
export function carriedVariables(queue: Environments): readonly string[] {
  const known = new Set<string>([...MACHINE_VARIABLES, ...PROVIDED_VARIABLES]);
  const names = referencedVariables(queue).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !known.has(name));
}
