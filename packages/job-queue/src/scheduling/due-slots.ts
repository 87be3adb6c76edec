import type { MissedSlots } from "../schedule.js";
import type { CronSlots } from "./cron-slots.js";

/** No more jobs than that are made in one step; the next one goes on. */
const MOST_SLOTS = 1_000;

export interface DueSlots {
  /** Moments in ms, in their order. */
  readonly slots: readonly number[];
  readonly next: number;
}

/** Which slots become jobs now, of those from `nextRun` (which is due) until `now`, and which slot comes after. */
export function dueSlots(cron: CronSlots, policy: MissedSlots, nextRun: number, now: number): DueSlots {
  switch (policy) {
    case "run-once":
      return { slots: [Math.max(nextRun, cron.upTo(now) ?? nextRun)], next: afterOf(cron, now) };
    case "run-all": {
      const slots: number[] = [];
      let slot = nextRun;
      while (slot <= now && slots.length < MOST_SLOTS) {
        slots.push(slot);
        slot = afterOf(cron, slot);
      }
      return { slots, next: slot };
    }
  }
}

function afterOf(cron: CronSlots, moment: number): number {
  const next = cron.after(moment);
  if (next === undefined) throw new Error(`a schedule that has had slots has none after ${moment}`);
  return next;
}
