import { Flags } from "@oclif/core";
import { MISSED_SLOT_POLICIES } from "@spawn/job-queue";
import { checkConfig } from "../../../jobs/check-config.js";
import { readConfigText } from "../../../jobs/config-text.js";
import { scheduleJson } from "../../../jobs/job-json.js";
import { JobQueueCommand } from "../../../jobs/job-queue-command.js";
import { jobQueueFlags } from "../../../jobs/job-queue-flags.js";
import { newJobFlags } from "../../../jobs/new-job-flags.js";
import { nextRunOf } from "../../../render/job-queue/schedule-table.js";

export default class JobsScheduleCreate extends JobQueueCommand {
  static override summary = "have a job submitted again and again, at the times of a cron expression";
  static override description =
    "A worker (spawn worker) or spawn scheduler submits the jobs; any number of them may run, and each time has one job.";
  static override examples = [
    '<%= config.bin %> jobs schedule create --name daily-train --type training --expr "0 2 * * *" --config config.json',
    '<%= config.bin %> jobs schedule create --name nightly --type training --expr "30 1 * * *" --timezone Europe/Berlin --config \'{"queue": "pipeline.json", "provider": "local"}\'',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    name: Flags.string({ description: "name of the schedule, unique", helpValue: "NAME", required: true }),
    expr: Flags.string({
      description: "when: minute hour day-of-month month day-of-week",
      helpValue: "CRON",
      required: true,
    }),
    ...newJobFlags,
    timezone: Flags.string({
      description: "whose clocks the expression is about",
      helpValue: "ZONE",
      default: "UTC",
    }),
    missed: Flags.option({
      description:
        "of times that passed while no scheduler ran: one job for the latest (run-once), or one for each",
      options: MISSED_SLOT_POLICIES,
      default: "run-once",
    })(),
    ...jobQueueFlags,
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(JobsScheduleCreate);
    const given = readConfigText(flags.config);
    const { config, warnings } = await checkConfig(this.context, given, this.colorErrors);
    if (warnings !== "") this.tell(warnings);
    return await this.withQueue(
      flags,
      async ({ scheduler }) => {
        const scheduleId = await scheduler.createSchedule({
          name: flags.name,
          jobType: flags.type,
          scheduleExpr: flags.expr,
          config,
          priority: flags.priority,
          maxRetries: flags["max-retries"],
          timezone: flags.timezone,
          missedSlots: flags.missed,
        });
        const schedule = await scheduler.getSchedule(scheduleId);
        this.print(`✅ Created schedule '${schedule.name}' with ID=${scheduleId}`);
        this.print(`   Expression: ${schedule.scheduleExpr}`);
        this.print(`   Next run: ${nextRunOf(schedule)}`);
        this.progress("Its jobs are submitted while a worker runs (spawn worker), or spawn scheduler.");
        return scheduleJson(schedule);
      },
      { isMade: true },
    );
  }
}
