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
}

/** Below `$XDG_STATE_HOME/spawn`; a relative `XDG_STATE_HOME` counts as unset, as the XDG rules have it. */
export function spawnPaths(env: Readonly<Record<string, string | undefined>>): SpawnPaths {
  const { XDG_STATE_HOME } = env;
  const stateHome =
    XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)
      ? XDG_STATE_HOME
      : join(env.HOME ?? homedir(), ".local", "state");
  const state = join(stateHome, "spawn");
  return {
    state,
    instances: join(state, "instances"),
    results: join(state, "results"),
    ec2: join(state, "ec2"),
  };
}
