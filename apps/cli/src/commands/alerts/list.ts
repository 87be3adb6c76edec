import { SpawnCommand } from "../../base-command.js";
import { regionFlag } from "../../flags/region-flag.js";
import { alertJson, alertTable } from "../../render/alert-table.js";

export default class AlertsList extends SpawnCommand {
  static override summary = "list the cost alerts, with what was spent this month";
  static override examples = ["<%= config.bin %> alerts list"];
  static override enableJsonFlag = true;
  static override flags = { region: regionFlag() };

  override async run(): Promise<readonly object[]> {
    const { flags } = await this.parse(AlertsList);
    const { listCostAlerts } = await import("@spawn/aws-launcher");
    const access = await this.context.ec2(flags.region);
    const alerts = await listCostAlerts(access.clients, await access.account());
    if (alerts.length > 0) this.print(alertTable(alerts, this.palette));
    else this.progress("No cost alerts. Make one: spawn alerts create cost --threshold 100 --email ADDRESS");
    return alerts.map(alertJson);
  }
}
