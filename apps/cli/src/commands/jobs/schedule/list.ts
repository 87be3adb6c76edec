import { switchFlag } from "../../../flags/switch-flag.js";
import { scheduleJson } from "../../../jobs/job-json.js";
import { JobQueueCommand } from "../../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../../jobs/job-queue-flags.js";
import { scheduleTable } from "../../../render/job-queue/schedule-table.js";

export default class JobsScheduleList extends JobQueueCommand {
  static override summary = "list schedules";
  static override examples = ["<%= config.bin %> jobs schedule list"];
  static override enableJsonFlag = true;
  static override flags = {
    "enabled-only": switchFlag({ description: "without the disabled ones" }),
    ...jobQueueFlags,
  };

  override async run(): Promise<readonly object[]> {
    const { flags } = await this.parse(JobsScheduleList);
    return await this.withQueue(flags, async ({ scheduler }) => {
      const schedules = await scheduler.listSchedules({ enabledOnly: flags["enabled-only"] ?? false });
      if (schedules.length > 0) this.print(scheduleTable(schedules, this.palette));
      else this.progress("No schedules. Make one: spawn jobs schedule create");
      return schedules.map(scheduleJson);
    });
  }
}
