import type { AttemptCgroup } from "./attempt-cgroup.js";

/** How attempts' processes are held together. The first two also limit memory and count what was used. */
export type ContainmentKind = "cgroup-v2" | "cgroup-v1" | "process-group";

export interface AttemptLimits {
  /** More than this is an OOM kill, swap included; no limit when absent. */
  readonly memoryBytes?: number;
}

/** The way in force on this machine, found out once by a runner. */
export interface Containment {
  readonly kind: ContainmentKind;
  /** Why it is no better one, for a log; absent where it is the best. */
  readonly reason?: string;
  /**
   * Makes the cgroup of a new attempt, empty and limited. Nothing is in it before a process enters by itself.
   *
   * @returns `undefined` where there are no cgroups.
   * @throws system errors: the attempt then runs without.
   */
  enclose(marker: string, limits: AttemptLimits): AttemptCgroup | undefined;
  /**
   * Removes the empty cgroups below a group, which is what markers `<group>/<job>/<n>` begin with. Call it only as the
   * queue's one runner, once the attempts of the runner before are settled: an empty one is then nobody's.
   */
  sweep(group: string): void;
}

/** No cgroups: an attempt is its session, its descendants and its marker. */
export function processGroups(reason?: string): Containment {
  return {
    kind: "process-group",
    ...(reason === undefined ? {} : { reason }),
    enclose: () => undefined,
    sweep: () => {},
  };
}
