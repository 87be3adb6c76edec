import { Args } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { LocalQueue } from "@spawn/launcher";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { awsWallMs } from "../aws/aws-wall-ms.js";
import { roleOf } from "../aws/role-of.js";
import { SpawnCommand } from "../base-command.js";
import type { Context } from "../context.js";
import { EXIT } from "../exit-status.js";
import { durationFlag } from "../flags/duration-flag.js";
import { regionFlag } from "../flags/region-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { onInterrupt } from "../interrupts.js";
import { leftoverWords } from "../queues/find-leftover.js";
import { type FoundInstance, resolveInstance } from "../queues/found-instance.js";
import type { Ec2Reference, LocalReference } from "../queues/queue-reference.js";
import { readStatus } from "../queues/read-status.js";
import { openRemoteQueue } from "../queues/remote/open-remote-queue.js";
import { silenceWords } from "../queues/remote/silence.js";
import { waitForRemoteQueue } from "../queues/remote/wait-for-remote-queue.js";
import { REF_DESCRIPTION, shortReference } from "../queues/resolve-reference.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../queues/wait-for-queue.js";
import { drawnDisplay, type WatchDisplay, writtenDisplay } from "../queues/watch-display.js";
import { watchReference } from "../queues/watch-status.js";
import { ec2InstanceText, type QueueKnowledge } from "../render/ec2-instance-text.js";
import { ec2InstanceJson, instanceJson } from "../render/instance-json.js";
import { instanceText } from "../render/instance-text.js";
import { liveOf } from "../render/palette.js";
import { LiveScreen } from "../terminal/live-screen.js";

const DEFAULT_REFRESH_MS = 10_000;

export default class Status extends SpawnCommand {
  static override summary = "show an instance and how its queue stands";
  static override examples = ["<%= config.bin %> status last", "<%= config.bin %> status nightly --wait"];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    watch: switchFlag({
      char: "w",
      description: "show it until its queue is over; with --json one value a line",
      exclusive: ["wait"],
    }),
    refresh: durationFlag({
      description: "with --watch: how often it is shown; default: 10s",
      dependsOn: ["watch"],
    }),
    wait: switchFlag({ description: "wait until its queue is over; the outcome is the exit status" }),
    "wait-timeout": durationFlag({
      description: "wait no longer than this (exit status 124)",
      dependsOn: ["wait"],
    }),
    region: regionFlag(),
  };

  override async run(): Promise<object | undefined> {
    const { args, flags } = await this.parse(Status);
    this.jsonLines = flags.watch ?? false;
    const { context } = this;
    const found = await resolveInstance(context, args.ref, { region: flags.region });
    if (flags.watch) return this.watch(found, flags.refresh ?? DEFAULT_REFRESH_MS);
    if (flags.wait && !(await this.wait(found, flags["wait-timeout"]))) this.endWith(EXIT.interrupted);
    // A wait takes its time: what was true before it need not be any more.
    const now = flags.wait
      ? await resolveInstance(context, found.instance.instanceId, { region: flags.region })
      : found;
    const view = await this.view(now);
    const queue = await queueKnowledge(context, now.reference);
    this.print(view.text(queue));
    const left = now.kind === "ec2" ? await leftoverWords(context, now.instance) : undefined;
    if (left !== undefined) this.tell(left);
    if (flags.wait && process.exitCode === undefined && typeof queue !== "string")
      this.endWith(exitStatusOfQueue(queue));
    return view.json(queue);
  }

  /** How an instance is shown, as it is now, with its queue as it stands then. */
  private async view(found: FoundInstance): Promise<InstanceView> {
    const { context, palette } = this;
    const time = wallTimeIn();
    if (found.kind === "local") {
      const { instance } = found;
      return {
        text: (queue) => instanceText(instance, statusIn(queue), time.shown, palette, process.stdout.columns),
        json: (queue) => instanceJson(instance, statusIn(queue), time.rfc3339),
      };
    }
    const { instance, access } = found;
    const role = await roleOf(access, instance);
    return {
      text: (queue) =>
        ec2InstanceText(
          {
            ...{ instance, role, queue, nowMs: context.clock.wallMs(), shown: time.shown },
            columns: process.stdout.columns,
          },
          palette,
        ),
      json: (queue) => ec2InstanceJson(instance, role, statusIn(queue), time.rfc3339),
    };
  }

  /** @returns false where nobody waits any more */
  private async wait(found: FoundInstance, timeoutMs: number | undefined): Promise<boolean> {
    const ref = await shortReference(this.context, found.reference);
    const end =
      found.kind === "local"
        ? await waitForQueue(new LocalQueue(found.instance.root, this.context.clock), { ref, timeoutMs })
        : await waitForRemoteQueue(await openRemoteQueue(this.context, found.reference), {
            ...{ ref, timeoutMs },
            onStatus: () => {},
            onSilent: (silence) => this.tell(silenceWords(silence, wallTimeIn().shown)),
            wallMs: awsWallMs(found.access, this.context.clock),
          });
    if (end === "over") return true;
    this.tell(detachedWords(ref));
    return false;
  }

  private async watch(found: FoundInstance, refreshMs: number): Promise<undefined> {
    const { reference } = found;
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    const display = this.display(await this.view(found));
    let last: QueueStatus | undefined;
    try {
      const options = { refreshMs, signal: leaving.signal, show: display.show };
      last = await watchReference(this.context, reference, options);
    } finally {
      display.end(last);
      stopListening();
    }
    if (last === undefined) {
      this.tell(detachedWords(await shortReference(this.context, reference)));
      this.endWith(EXIT.interrupted);
    } else {
      this.endWith(exitStatusOfQueue(last));
    }
    return undefined;
  }

  private display(view: InstanceView): WatchDisplay {
    if (this.jsonEnabled()) return writtenDisplay((status) => this.printJsonLine(view.json(status)));
    if (!liveOf(process.stdout, process.env))
      return writtenDisplay((status) => this.print(`${view.text(status)}\n`));
    return drawnDisplay(new LiveScreen(process.stdout), view.text, (status) => this.print(view.text(status)));
  }
}

interface InstanceView {
  text(queue: QueueKnowledge): string;
  json(queue: QueueKnowledge): object;
}

function statusIn(queue: QueueKnowledge): QueueStatus | undefined {
  return typeof queue === "string" ? undefined : queue;
}

/** Of an instance on EC2 that can be shown without its queue; of one here the failure is the command's. */
async function queueKnowledge(
  context: Context,
  reference: LocalReference | Ec2Reference,
): Promise<QueueKnowledge> {
  try {
    return await readStatus(context, reference);
  } catch (error) {
    if (!(error instanceof SpawnError) || reference.kind === "local") throw error;
    return `unknown: ${error.message}`;
  }
}
