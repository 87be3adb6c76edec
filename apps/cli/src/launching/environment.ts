import { attemptEnvironment, GPU_VARIABLE, PROVIDED_VARIABLES, type QueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";

type Environment = Readonly<Record<string, string | undefined>>;

/** Known only when an attempt starts, but known then. */
const PROVIDED = Object.fromEntries(PROVIDED_VARIABLES.map((name) => [name, name]));

export interface LaunchEnvironment {
  /** The launching shell's, with what `--env` added. */
  readonly variables: Environment;
  /** Names that `--env` gave: their values are not shown. */
  readonly carried: readonly string[];
}

/**
 * Adds each `--env NAME[=value]` to the launching shell's environment.
 *
 * @throws SpawnError `bad-arguments` for a name that is none, and for a `NAME` that the shell does not have.
 */
export function launchEnvironment(shell: Environment, additions: readonly string[]): LaunchEnvironment {
  const variables: Record<string, string | undefined> = { ...shell };
  const carried = additions.map((addition) => {
    const [, name, assigned, value] = /^([A-Za-z_]\w*)(=([\s\S]*))?$/.exec(addition) ?? [];
    if (name === undefined) {
      throw new SpawnError("bad-arguments", `--env ${addition}: not a variable name`, {
        hint: "Write --env NAME to take it from this shell, or --env NAME=value.",
      });
    }
    if (assigned !== undefined) variables[name] = value ?? "";
    else if (shell[name] === undefined) {
      throw new SpawnError("bad-arguments", `--env ${name}: ${name} is not set in this shell`, {
        hint: `Set it (export ${name}=…), or write --env ${name}=value.`,
      });
    }
    return name;
  });
  return { variables, carried: [...new Set(carried)] };
}

/**
 * What jobs with `gpus` get from spawn cannot be given to all jobs. One that the shell has says which GPUs there are.
 *
 * @param carried names that `--env` gave
 * @throws SpawnError `bad-arguments`.
 */
export function refuseGivenGpus(spec: QueueSpec, carried: readonly string[]): void {
  if (!carried.includes(GPU_VARIABLE)) return;
  const jobs = spec.jobs.flatMap(({ id, resources }) => (resources?.gpus === undefined ? [] : [id]));
  if (jobs.length === 0) return;
  throw new SpawnError(
    "bad-arguments",
    `--env ${GPU_VARIABLE}: spawn sets it for a job with gpus (${jobs.join(", ")})`,
    {
      hint: `Leave it out, or take gpus from the queue file. To let spawn use some of this machine's GPUs only, set it in this shell: export ${GPU_VARIABLE}=…`,
    },
  );
}

/** Each `${NAME}` in an environment of the queue file that is set nowhere and has no default, and the jobs that want it. */
export function unsetVariables(
  spec: QueueSpec,
  variables: Environment,
): ReadonlyMap<string, readonly string[]> {
  const jobsOf = new Map<string, string[]>();
  for (const job of spec.jobs) {
    const input = { queue: spec, job, provided: PROVIDED, inherited: variables };
    for (const name of attemptEnvironment(input).missing) {
      jobsOf.set(name, [...(jobsOf.get(name) ?? []), job.id]);
    }
  }
  return jobsOf;
}

/**
 * Fails for each `${NAME}` in an environment of the queue file that is set nowhere and has no default: by name, before
 * anything is made.
 *
 * @throws SpawnError `bad-arguments`.
 */
export function checkEnvironment(spec: QueueSpec, variables: Environment): void {
  const jobsOf = unsetVariables(spec, variables);
  if (jobsOf.size === 0) return;
  const missing = [...jobsOf].map(([name, jobs]) => `\${${name}} (job ${jobs.join(", ")})`);
  const names = [...jobsOf.keys()];
  throw new SpawnError(
    "bad-arguments",
    `referenced in the environment and set nowhere: ${missing.join("; ")}`,
    {
      hint: `Set it first (export ${names[0]}=…), pass ${names.map((name) => `--env ${name}=…`).join(" ")}, or give it a default: \${${names[0]}:-…}.`,
    },
  );
}
