import { Args } from "@oclif/core";
import { findSchedule } from "../../../jobs/find-schedule.js";
import { scheduleJson } from "../../../jobs/job-json.js";
import { JobQueueCommand } from "../../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../../jobs/job-queue-flags.js";
import { nextRunOf } from "../../../render/job-queue/schedule-table.js";

export default class JobsScheduleEnable extends JobQueueCommand {
  static override summary = "let a schedule submit jobs again";
  static override description = "Times that passed while it was disabled are not made up for.";
  static override examples = ["<%= config.bin %> jobs schedule enable 1"];
  static override enableJsonFlag = true;
  static override args = {
    schedule: Args.string({ description: "id or name of the schedule", required: true }),
  };
  static override flags = { ...jobQueueFlags };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(JobsScheduleEnable);
    return await this.withQueue(flags, async ({ scheduler }) => {
      const schedule = await findSchedule(scheduler, args.schedule);
      const changed = await scheduler.enableSchedule(schedule.scheduleId);
      this.print(`✅ Enabled schedule ${schedule.scheduleId}`);
      this.print(`   Next run: ${nextRunOf(changed)}`);
      return scheduleJson(changed);
    });
  }
}
