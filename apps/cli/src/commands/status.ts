import { Args } from "@oclif/core";
import { type Instance, LocalQueue } from "@spawn/launcher";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { EXIT } from "../exit-status.js";
import { durationFlag } from "../flags/duration-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { onInterrupt } from "../interrupts.js";
import { localReference } from "../queues/queue-reference.js";
import { readStatus } from "../queues/read-status.js";
import { REF_DESCRIPTION, referenceFor, resolveInstance } from "../queues/resolve-reference.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../queues/wait-for-queue.js";
import { drawnDisplay, type WatchDisplay, writtenDisplay } from "../queues/watch-display.js";
import { watchStatus } from "../queues/watch-status.js";
import { instanceJson } from "../render/instance-json.js";
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
  };

  override async run(): Promise<object | undefined> {
    const { args, flags } = await this.parse(Status);
    this.jsonLines = flags.watch ?? false;
    const instance = await resolveInstance(this.context, args.ref);
    if (flags.watch) return this.watch(instance, flags.refresh ?? DEFAULT_REFRESH_MS);
    if (flags.wait) await this.wait(instance, flags["wait-timeout"]);
    const now = await resolveInstance(this.context, instance.instanceId);
    const status = await readStatus(this.context, localReference(now));
    const time = wallTimeIn();
    this.print(instanceText(now, status, time.shown, this.palette));
    if (flags.wait && process.exitCode === undefined) this.endWith(exitStatusOfQueue(status));
    return instanceJson(now, status, time.rfc3339);
  }

  private async wait(instance: Instance, timeoutMs: number | undefined): Promise<void> {
    const queue = new LocalQueue(instance.root, this.context.clock);
    const ref = await referenceFor(this.context, instance);
    if ((await waitForQueue(queue, { ref, timeoutMs })) === "over") return;
    this.tell(detachedWords(ref));
    this.endWith(EXIT.interrupted);
  }

  private async watch(instance: Instance, refreshMs: number): Promise<undefined> {
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    const queue = new LocalQueue(instance.root, this.context.clock);
    const display = this.display(instance);
    let last: QueueStatus | undefined;
    try {
      last = await watchStatus(queue, { refreshMs, signal: leaving.signal, show: display.show });
    } finally {
      display.end(last);
      stopListening();
    }
    if (last === undefined) {
      this.tell(detachedWords(await referenceFor(this.context, instance)));
      this.endWith(EXIT.interrupted);
    } else {
      this.endWith(exitStatusOfQueue(last));
    }
    return undefined;
  }

  private display(instance: Instance): WatchDisplay {
    const time = wallTimeIn();
    if (this.jsonEnabled())
      return writtenDisplay((status) => this.printJsonLine(instanceJson(instance, status, time.rfc3339)));
    const text = (status: QueueStatus) => instanceText(instance, status, time.shown, this.palette);
    if (!liveOf(process.stdout, process.env))
      return writtenDisplay((status) => this.print(`${text(status)}\n`));
    return drawnDisplay(new LiveScreen(process.stdout), text, (status) => this.print(text(status)));
  }
}
