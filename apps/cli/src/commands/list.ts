import { Flags } from "@oclif/core";
import type { Instance } from "@spawn/launcher";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { switchFlag } from "../flags/switch-flag.js";
import { parseTags } from "../flags/tags.js";
import { localReference } from "../queues/queue-reference.js";
import { readStatus } from "../queues/read-status.js";
import { type InstanceRow, instanceRow } from "../render/instance-row.js";
import { instanceTable } from "../render/instance-table.js";

const STATES = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] as const;

export default class List extends SpawnCommand {
  static override summary = "list instances, newest first";
  static override description = "Terminated ones are shown with --state terminated or --state all only.";
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
  };

  override async run(): Promise<readonly InstanceRow[] | readonly string[]> {
    const { flags } = await this.parse(List);
    const tags = Object.entries(parseTags("tag", flags.tag ?? []));
    const instances = (await this.context.launcher.list()).filter(
      (instance) =>
        (flags.state === undefined
          ? instance.state !== "terminated"
          : ["all", instance.state].includes(flags.state)) &&
        tags.every(([key, value]) => instance.tags[key] === value),
    );
    if (flags.quiet) {
      const ids = instances.map(({ instanceId }) => instanceId);
      for (const id of ids) this.print(id);
      return ids;
    }
    const time = wallTimeIn();
    const rows = await Promise.all(
      instances.map(async (instance) => instanceRow(instance, await this.queueState(instance), time.rfc3339)),
    );
    if (rows.length === 0)
      this.progress("No instances. Launch one: spawn launch --batch-queue FILE --provider local");
    else this.print(instanceTable(rows, time.shown, this.palette));
    return rows;
  }

  /** One unreadable queue must not hide the others. */
  private async queueState(instance: Instance): Promise<QueueStatus["status"] | undefined> {
    try {
      return (await readStatus(this.context, localReference(instance))).status;
    } catch (error) {
      this.tell(`${instance.instanceId}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}
