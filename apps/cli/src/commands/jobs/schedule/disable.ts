import { Args } from "@oclif/core";
import { findSchedule } from "../../../jobs/find-schedule.js";
import { scheduleJson } from "../../../jobs/job-json.js";
import { JobQueueCommand } from "../../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../../jobs/job-queue-flags.js";

export default class JobsScheduleDisable extends JobQueueCommand {
  static override summary = "let a schedule submit no jobs until it is enabled again";
  static override description = "Jobs that it has submitted stay.";
  static override examples = ["<%= config.bin %> jobs schedule disable 1"];
  static override enableJsonFlag = true;
  static override args = {
    schedule: Args.string({ description: "id or name of the schedule", required: true }),
  };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsScheduleDisable);
    return await this.withQueue(flags, async ({ scheduler }) => {
      const schedule = await findSchedule(scheduler, args.schedule);
      const changed = await scheduler.disableSchedule(schedule.scheduleId);
      this.print(`✅ Disabled schedule ${schedule.scheduleId}`);
      return scheduleJson(changed);
    });
  }
}
