import { Flags } from "@oclif/core";
import { SpawnCommand } from "../../../base-command.js";
import { regionFlag } from "../../../flags/region-flag.js";
import { usdFlag } from "../../../flags/usd-flag.js";
import { alertJson } from "../../../render/alert-table.js";

export default class AlertsCreateCost extends SpawnCommand {
  static override summary = "be told when spawn's instances have cost more than this in a month";
  static override description =
    "Makes a budget of AWS Budgets, monthly, on the tag spawn:managed. It only tells; nothing is ended by it. AWS counts a tag once it is activated as a cost allocation tag (Billing console, Cost allocation tags), from then on, some times a day.";
  static override examples = [
    "<%= config.bin %> alerts create cost --threshold 100 --email me@example.org",
    "<%= config.bin %> alerts create cost --threshold 500 --sns-topic arn:aws:sns:us-east-1:123456789012:costs",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    threshold: usdFlag({ description: "US dollars a month", required: true }),
    email: Flags.string({
      description: "mail address that is told",
      helpValue: "ADDRESS",
      multiple: true,
      multipleNonGreedy: true,
    }),
    "sns-topic": Flags.string({
      description: "SNS topic that is told; AWS Budgets must be allowed to publish to it",
      helpValue: "ARN",
    }),
    name: Flags.string({ description: "default: spawn-cost- and the threshold" }),
    region: regionFlag(),
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(AlertsCreateCost);
    const { createCostAlert } = await import("@spawn/aws-launcher");
    const access = await this.context.ec2(flags.region);
    const emails = flags.email ?? [];
    const snsTopics = flags["sns-topic"] === undefined ? [] : [flags["sns-topic"]];
    const request = { name: flags.name, thresholdUsd: flags.threshold, emails, snsTopics };
    const alert = await createCostAlert(access.clients, await access.account(), request);
    this.print(`Made the cost alert ${alert.name}: more than $${alert.thresholdUsd} in a month.`);
    const told = [...emails, ...snsTopics];
    if (told.length > 0) this.print(`Told is: ${told.join(", ")}`);
    else this.tell("⚠ Nobody is told: give --email or --sns-topic. spawn alerts list shows what was spent.");
    this.tell(
      "AWS counts the tag only once it is activated: Billing console, Cost allocation tags, spawn:managed.",
    );
    return alertJson(alert);
  }
}
