import type { GcItem } from "@spawn/aws-launcher";
import { SpawnCommand } from "../base-command.js";
import { EXIT } from "../exit-status.js";
import { regionFlag } from "../flags/region-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { gcReportText } from "../render/gc-report-text.js";

export default class Gc extends SpawnCommand {
  static override summary = "end and remove on EC2 what nothing needs any more, in all regions";
  static override description =
    "Ends instances that are past their deadline by five minutes, and removes roles, carried variables, schedules, ssh groups and keys whose queue has no instance; what killed launches left behind comes first. What is younger than half an hour is left alone, since a launch may be under way, and counted. Results are never touched. Where it could not look, it says so, and the exit status is 1.";
  static override examples = ["<%= config.bin %> gc --dry-run", "<%= config.bin %> gc"];
  static override enableJsonFlag = true;
  static override flags = {
    "dry-run": switchFlag({ description: "only say what there is" }),
    region: regionFlag(),
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(Gc);
    const dryRun = flags["dry-run"] ?? false;
    const access = await this.context.ec2(flags.region);
    this.progress("Looking in all regions of the account…");
    const report = await access.gc({
      dryRun,
      onEvent: (event) => {
        if (event.type === "warning") this.tell(`⚠ ${event.message}`);
        else if (event.type === "ended-leftover")
          this.progress(`Ended what a killed launch of ${event.queueId} left: ${event.instances.join(", ")}`);
      },
    });
    this.print(gcReportText(report, dryRun, this.palette, process.stdout.columns));
    if (report.failed.length + report.notLookedAt.length > 0) this.endWith(EXIT.failed);
    return {
      schema_version: 1,
      dry_run: dryRun,
      found: report.found.map(itemJson),
      young: report.young.map(itemJson),
      removed: report.removed.map(itemJson),
      failed: report.failed.map(({ item, message }) => ({ ...itemJson(item), message })),
      not_looked_at: report.notLookedAt,
      warnings: report.warnings,
    };
  }
}

function itemJson({ kind, region, id, reason }: GcItem): object {
  return { kind, region: region === "" ? null : region, id, reason };
}
