import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where this machine's instances and the default result store are. */
export interface SpawnPaths {
  /** One folder an instance. */
  readonly instances: string;
  readonly results: string;
  /** Launches on EC2 that are under way. */
  readonly state: string;
  /** Launches on EC2 that were made from here, a file each. */
  readonly ec2: string;
  /** The job queue's file where none is named. */
  readonly jobsFile: string;
  /** Output of the job queue's commands, a folder a job, and a note of each that runs. */
  readonly jobs: string;
}

/**
 * Below `$XDG_STATE_HOME/spawn`, the job queue's file below `$XDG_DATA_HOME/spawn`; a relative one of these counts as unset,
 * as the XDG rules have it.
 */
export function spawnPaths(env: Readonly<Record<string, string | undefined>>): SpawnPaths {
  const home = env.HOME ?? homedir();
  const xdg = (value: string | undefined, byDefault: string): string =>
    value !== undefined && isAbsolute(value) ? value : join(home, byDefault);
  const state = join(xdg(env.XDG_STATE_HOME, ".local/state"), "spawn");
  return {
    state,
    instances: join(state, "instances"),
    results: join(state, "results"),
    ec2: join(state, "ec2"),
    jobsFile: join(xdg(env.XDG_DATA_HOME, ".local/share"), "spawn", "jobs.db"),
    jobs: join(state, "jobs"),
  };
}
