import type { Clock } from "@spawn/foundation";
import type { AttemptWrapper } from "../processes/attempt-processes.js";
import { readProcessStat } from "../processes/process-stat.js";
import { whenNotScarce } from "../scarcity.js";

const FIRST_INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 500;

/** Calls `onEnd` when a process that is nobody's child here has ended. Nothing tells us, so it is looked at. */
export function watchWrapper(wrapper: AttemptWrapper, clock: Clock, onEnd: () => void): void {
  let interval = FIRST_INTERVAL_MS;
  const look = (): void => {
    const stat = readProcessStat(wrapper.pid);
    if (stat === undefined || stat.ended || stat.startTicks !== wrapper.startTicks) {
      onEnd();
      return;
    }
    clock.wakeAt(clock.bootMs() + interval, () => whenNotScarce(clock, look));
    interval = Math.min(interval * 1.25, LONGEST_INTERVAL_MS);
  };
  whenNotScarce(clock, look);
}
