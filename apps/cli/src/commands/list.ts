import { Flags } from "@oclif/core";
import type { Ec2Instance } from "@spawn/aws-launcher";
import type { Instance } from "@spawn/launcher";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { exitStatusOf } from "../exit-status.js";
import { regionFlag } from "../flags/region-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { parseTags } from "../flags/tags.js";
import { type Ec2Listing, listOnEc2 } from "../queues/ec2-instances.js";
import { leftoverWords } from "../queues/find-leftover.js";
import { instanceReference } from "../queues/find-on-ec2.js";
import { localReference, type QueueReference } from "../queues/queue-reference.js";
import { readStatus } from "../queues/read-status.js";
import { ec2InstanceRow, type InstanceRow, instanceRow } from "../render/instance-row.js";
import { instanceTable } from "../render/instance-table.js";
import { keptWords } from "../render/kept-words.js";

const STATES = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] as const;
const NOTHING_ASKED: Ec2Listing = { instances: [], failures: [], isUnset: false };

export default class List extends SpawnCommand {
  static override summary = "list instances here and on EC2, newest first";
  static override description =
    "EC2 is asked in the region that the environment or the settings say, and in those of the launches made from here; where it cannot be asked that is said, what is known is listed, and the exit status is not 0. Terminated instances are shown with --state terminated or --state all only.";
  static override examples = [
    "<%= config.bin %> list",
    "<%= config.bin %> list --quiet | head -1",
    "<%= config.bin %> list --format json | jq '.[] | select(.tags.team == \"ml\")'",
  ];
  static override enableJsonFlag = true;
  static override flags = {
    format: Flags.option({
      description: "table, or json as with --json",
      options: ["table", "json"] as const,
      default: "table",
    })(),
    quiet: switchFlag({ char: "q", description: "instance ids only" }),
    state: Flags.option({ description: "only those in this state", options: [...STATES, "all"] as const })(),
    tag: Flags.string({
      description: "only those with this tag; all of them where there are several",
      helpValue: "KEY=VALUE",
      multiple: true,
      multipleNonGreedy: true,
    }),
    provider: Flags.option({
      description: "only those here, or on EC2",
      options: ["local", "ec2"] as const,
    })(),
    region: regionFlag(),
  };

  override async run(): Promise<readonly InstanceRow[] | readonly string[]> {
    const { flags } = await this.parse(List);
    const tags = Object.entries(parseTags("tag", flags.tag ?? []));
    const listing = flags.provider === "local" ? NOTHING_ASKED : await this.ec2Instances(flags);
    const here = flags.provider === "ec2" ? [] : await this.context.launcher.list();
    const instances = [...here, ...listing.instances]
      .filter(
        (instance) =>
          (flags.state === undefined
            ? instance.state !== "terminated"
            : ["all", instance.state].includes(flags.state)) &&
          tags.every(([key, value]) => instance.tags[key] === value),
      )
      .sort((a, b) => (a.launchedAt < b.launchedAt ? 1 : a.launchedAt > b.launchedAt ? -1 : 0));
    if (flags.quiet) {
      const ids = instances.map(({ instanceId }) => instanceId);
      for (const id of ids) this.print(id);
      return ids;
    }
    const time = wallTimeIn();
    const rows = await Promise.all(instances.map((instance) => this.row(instance, time.rfc3339)));
    if (rows.length > 0) this.print(instanceTable(rows, time.shown, this.palette, process.stdout.columns));
    else this.progress(nothingWords(listing));
    for (const row of rows) {
      const words = keptWords(row, time.shown);
      if (words !== undefined) this.tell(words);
    }
    for (const instance of instances) {
      const words = instance.provider === "ec2" ? await leftoverWords(this.context, instance) : undefined;
      if (words !== undefined) this.tell(words);
    }
    return rows;
  }

  /** What EC2 does not tell must not look like nothing. */
  private async ec2Instances(flags: {
    readonly provider?: "local" | "ec2" | undefined;
    readonly region?: string | undefined;
  }): Promise<Ec2Listing> {
    // With nothing but --provider the region has to be said somewhere.
    const region = flags.region ?? (flags.provider === "ec2" ? (await this.context.ec2()).region : undefined);
    const listing = await listOnEc2(this.context, region);
    for (const { region: where, error } of listing.failures) {
      this.tell(`⚠ EC2 in ${where} could not be asked: ${error.message}`);
      if (error.hint !== undefined) this.tell(`  ${error.hint}`);
      this.endWith(exitStatusOf(error.code));
    }
    return listing;
  }

  private async row(
    instance: Instance | Ec2Instance,
    time: (wallMs: number) => string,
  ): Promise<InstanceRow> {
    if (instance.provider === "local")
      return instanceRow(
        instance,
        (await this.queueStatus(localReference(instance), instance.instanceId))?.status,
        time,
      );
    const reference = instanceReference(instance);
    const status =
      instance.queueId === "" ? undefined : await this.queueStatus(reference, instance.instanceId);
    return ec2InstanceRow(instance, status, time);
  }

  /** One unreadable queue must not hide the others. */
  private async queueStatus(reference: QueueReference, instanceId: string): Promise<QueueStatus | undefined> {
    try {
      return await readStatus(this.context, reference);
    } catch (error) {
      this.tell(`${instanceId}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

function nothingWords({ failures, isUnset }: Ec2Listing): string {
  if (failures.length > 0) return "No instances where they could be listed.";
  const launch = "Launch one: spawn launch --batch-queue FILE --provider local (or --instance-type t3.micro)";
  return isUnset
    ? `No instances here. EC2 was not asked: no AWS region is set (--region, AWS_REGION).\n${launch}`
    : `No instances. ${launch}`;
}
