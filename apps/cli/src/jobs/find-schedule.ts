import { SpawnError } from "@spawn/foundation";
import type { Schedule, TrainingScheduler } from "@spawn/job-queue";
import { didYouMean } from "../suggestions/nearest.js";

/** The schedule of an id or a name. @throws SpawnError `schedule-not-found`. */
export async function findSchedule(
  scheduler: Pick<TrainingScheduler, "listSchedules">,
  ref: string,
): Promise<Schedule> {
  const schedules = await scheduler.listSchedules();
  const found =
    schedules.find(({ name }) => name === ref) ??
    schedules.find(({ scheduleId }) => String(scheduleId) === ref);
  if (found !== undefined) return found;
  const meant = didYouMean(
    ref,
    schedules.map(({ name }) => name),
  );
  throw new SpawnError("schedule-not-found", `there is no schedule ${ref}`, {
    hint: [...(meant === undefined ? [] : [meant]), "See what there is: spawn jobs schedule list"].join("\n"),
  });
}
