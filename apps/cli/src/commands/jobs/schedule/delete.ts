import { Args } from "@oclif/core";
import { findSchedule } from "../../../jobs/find-schedule.js";
import { scheduleJson } from "../../../jobs/job-json.js";
import { JobQueueCommand } from "../../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../../jobs/job-queue-flags.js";

export default class JobsScheduleDelete extends JobQueueCommand {
  static override summary = "remove a schedule";
  static override description = "Jobs that it has submitted stay.";
  static override examples = ["<%= config.bin %> jobs schedule delete 1"];
  static override enableJsonFlag = true;
  static override args = {
    schedule: Args.string({ description: "id or name of the schedule", required: true }),
  };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsScheduleDelete);
    return await this.withQueue(flags, async ({ scheduler }) => {
      const schedule = await findSchedule(scheduler, args.schedule);
      await scheduler.deleteSchedule(schedule.scheduleId);
      this.print(`✅ Deleted schedule ${schedule.scheduleId}`);
      return scheduleJson(schedule);
    });
  }
}
