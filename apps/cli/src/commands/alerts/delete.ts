import { Args } from "@oclif/core";
import { SpawnCommand } from "../../base-command.js";
import { regionFlag } from "../../flags/region-flag.js";

export default class AlertsDelete extends SpawnCommand {
  static override summary = "delete a cost alert";
  static override examples = ["<%= config.bin %> alerts delete spawn-cost-100"];
  static override enableJsonFlag = true;
  static override args = {
    name: Args.string({ description: "as alerts list shows it", required: true }),
  };
  static override flags = { region: regionFlag() };

  override async run(): Promise<object> {
    const { args, flags } = await this.parse(AlertsDelete);
    const { deleteCostAlert } = await import("@spawn/aws-launcher");
    const access = await this.context.ec2(flags.region);
    await deleteCostAlert(access.clients, await access.account(), args.name);
    this.print(`Deleted the cost alert ${args.name}.`);
    return { name: args.name, deleted: true };
  }
}
