import { Flags } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { allPaidInstances, type PaidInstances, paidInstancesOf } from "../costs/find-paid-instances.js";
import { priceInstances } from "../costs/price-instances.js";
import { exitStatusOf } from "../exit-status.js";
import { regionFlag } from "../flags/region-flag.js";
import { resolveQueue } from "../queues/resolve-reference.js";
import { costJson } from "../render/cost-json.js";
import { costText } from "../render/cost-text.js";

const NONE: PaidInstances = { instances: [], forgotten: 0, failures: [], isUnset: false };

export default class Cost extends SpawnCommand {
  static override summary = "show what instances on EC2 have cost so far, and cost until their deadline";
  static override description =
    "The time that each instance ran, times its hourly price. Without --instance-id and --queue-id all instances that EC2 still tells of, in the regions that list looks at; of a queue all instances that it was launched on, also those that are gone, as its result store has noted them. It is an estimate, not a bill: volumes, public IPv4 addresses (half a cent an hour each), CPU credits of T types, S3, data transfer, taxes and discounts are not in it.";
  static override examples = [
    "<%= config.bin %> cost",
    "<%= config.bin %> cost --instance-id i-0abc123def456789",
    "<%= config.bin %> cost --queue-id nightly --format json | jq .total.cost_usd",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    "instance-id": Flags.string({ description: "of this instance", exclusive: ["queue-id"] }),
    "queue-id": Flags.string({ description: "of all instances of this queue" }),
    format: Flags.option({
      description: "table, or json as with --json",
      options: ["table", "json"] as const,
      default: "table",
    })(),
    region: regionFlag(),
  };

  override async run(): Promise<object> {
    const { flags } = await this.parse(Cost);
    const found = await this.find(flags["instance-id"], flags["queue-id"], flags.region);
    for (const { region, error } of found.failures) {
      this.tell(`⚠ EC2 in ${region} could not be asked: ${error.message}`);
      if (error.hint !== undefined) this.tell(`  ${error.hint}`);
      this.endWith(exitStatusOf(error.code));
    }
    const costs = await priceInstances(this.context, found.instances);
    const report = { costs, ...found };
    if (costs.length > 0) this.print(costText(report, this.palette, process.stdout.columns));
    else if (found !== NONE) this.progress(nothingWords(found));
    return costJson(report, this.context.clock.wallMs(), wallTimeIn().rfc3339);
  }

  private async find(
    instanceId: string | undefined,
    queueId: string | undefined,
    region: string | undefined,
  ): Promise<PaidInstances> {
    const ref = instanceId ?? queueId;
    if (ref === undefined) return await allPaidInstances(this.context, region);
    const reference = await resolveQueue(this.context, ref, { region });
    if (reference.kind !== "ec2") {
      this.tell(`${ref} runs on this machine: no instance is paid for.`);
      return NONE;
    }
    const found = await paidInstancesOf(this.context, reference);
    if (instanceId === undefined) return found;
    const instances = found.instances.filter((instance) => instance.instanceId === reference.instanceId);
    if (instances.length > 0 || found.failures.length > 0) return { ...found, instances, forgotten: 0 };
    throw new SpawnError("instance-not-found", `nothing is known of ${instanceId} any more`, {
      hint: `What its queue has cost: spawn cost --queue-id ${reference.queueId}`,
    });
  }
}

/** What EC2 does not tell must not look like nothing. */
function nothingWords({ failures, isUnset }: PaidInstances): string {
  if (failures.length > 0) return "No instances where they could be listed.";
  if (isUnset) return "EC2 was not asked: no AWS region is set (--region, AWS_REGION).";
  return "EC2 tells of no instances of spawn's. Of a queue that is over: spawn cost --queue-id QUEUE";
}
