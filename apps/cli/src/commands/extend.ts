import { Args } from "@oclif/core";
import { parseFlagDuration, SpawnError } from "@spawn/foundation";
import { wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { regionFlag } from "../flags/region-flag.js";
import { resolveInstance } from "../queues/found-instance.js";
import { REF_DESCRIPTION } from "../queues/resolve-reference.js";

interface Extended {
  readonly instance_id: string;
  readonly queue_id: string;
  readonly ttl_expires_at: string;
}

export default class Extend extends SpawnCommand {
  static override summary = "give an instance on EC2 more time";
  static override description =
    "Adds to its deadline, at which it ends whatever its queue does: in the schedule with which AWS ends it, in its tag, and by a request to the agent on it. Waits until that says that it goes by the new one, for 45 s at most, and fails where it does not; of an instance that has not begun yet nothing is waited for. Prints the new deadline.";
  static override examples = ["<%= config.bin %> extend nightly 2h", "<%= config.bin %> extend last 30m"];
  static override enableJsonFlag = true;
  static override args = {
    ref: Args.string({ description: REF_DESCRIPTION, required: true }),
    duration: Args.string({ description: "how much is added: 90s, 5m, 1h30m", required: true }),
  };
  static override flags = { region: regionFlag() };

  override async run(): Promise<Extended> {
    const { args, flags } = await this.parse(Extend);
    const byMs = parseFlagDuration(args.duration);
    if (byMs === undefined || byMs <= 0) {
      throw new SpawnError("bad-arguments", `${args.duration}: not a duration`, {
        hint: "Write 90s, 5m, 1h30m; a bare number is seconds.",
      });
    }
    const found = await resolveInstance(this.context, args.ref, { region: flags.region });
    const { instanceId, queueId } = found.instance;
    const launcher =
      found.kind === "local" ? this.context.launcher : await found.access.launcher(found.reference.storeRoot);
    const deadline = Date.parse(await launcher.extend(instanceId, byMs));
    const time = wallTimeIn();
    this.print(`${instanceId} now ends at ${time.shown(deadline)} at the latest.`);
    return { instance_id: instanceId, queue_id: queueId, ttl_expires_at: time.rfc3339(deadline) };
  }
}
