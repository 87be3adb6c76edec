import { Flags } from "@oclif/core";
import { InstallCommand, installFlags } from "../../jobs/install-command.js";
import { jobQueueFlags } from "../../jobs/job-queue-flags.js";

const STOP_SECONDS = 10;

export default class SchedulerInstall extends InstallCommand {
  static override summary = "make a scheduler a service of systemd";
  static override description = "It writes the unit and says how to start it. A worker needs none beside it.";
  static override examples = ["<%= config.bin %> scheduler install --dry-run"];
  static override enableJsonFlag = true;
  static override flags = {
    name: Flags.string({
      description: "name of the service",
      default: "spawn-scheduler",
    }),
    ...installFlags,
    ...jobQueueFlags,
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(SchedulerInstall);
    return this.install(flags, "spawn: scheduler of the job queue", ["scheduler"], STOP_SECONDS);
  }
}
