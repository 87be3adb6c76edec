import { dirname } from "node:path";
import type { Clock } from "@spawn/foundation";
import type { AttemptCgroup } from "./attempt-cgroup.js";
import { removeFolder } from "./control-file.js";

const FIRST_RETRY_AFTER_MS = 5;
const MOST_TRIES = 8;

/**
 * Removes the cgroup of an attempt that has ended. The kernel may hold on to it for a moment after the last process;
 * what it never lets go is left to `sweep`. Nothing waits for this.
 *
 * @param options `withGroup`: also the folders around it, if nothing else is in them.
 */
export function removeWhenEmpty(
  cgroup: AttemptCgroup,
  clock: Clock,
  options: { readonly withGroup: boolean },
): void {
  const attempt = (tries: number): void => {
    if (cgroup.remove()) {
      if (options.withGroup) removeGroups(cgroup);
    } else if (tries < MOST_TRIES && cgroup.processes().length === 0) {
      clock.wakeAt(clock.bootMs() + FIRST_RETRY_AFTER_MS * 2 ** tries, () => attempt(tries + 1));
    }
  };
  attempt(1);
}

function removeGroups({ folders }: AttemptCgroup): void {
  for (const group of folders.map(dirname)) {
    if (removeFolder(group)) removeFolder(dirname(group));
  }
}
