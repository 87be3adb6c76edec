import { join, resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { writeRequest } from "@spawn/attempt-runner";
import { formatSize } from "@spawn/foundation";
import { type Instance, LocalQueue } from "@spawn/launcher";
import { downloadQueue } from "@spawn/result-store";
import type { QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { onHangup, onInterrupt } from "../../interrupts.js";
import { launchFlags, launchOptions } from "../../launching/launch-flags.js";
import { launchQueue } from "../../launching/launch-queue.js";
import { prepareLaunch } from "../../launching/prepare-launch.js";
import { failureLog } from "../../logs/failure-log.js";
import { type Attendant, liveAttendant, plainAttendant } from "../../queues/attendant.js";
import { followQueue } from "../../queues/follow-queue.js";
import { silentRunner } from "../../queues/open-local-queue.js";
import { localReference } from "../../queues/queue-reference.js";
import { referenceFor } from "../../queues/resolve-reference.js";
import { exitStatusOfQueue } from "../../queues/wait-for-queue.js";
import { downloadedBytes } from "../../render/download-report.js";
import { liveOf } from "../../render/palette.js";
import { runSummary } from "../../render/run-summary.js";
import { shownFolder } from "../../render/shown-folder.js";
import { warningsText } from "../../render/warnings-text.js";
import { LiveScreen } from "../../terminal/live-screen.js";

const LOOK_EVERY_MS = 150;

/** How the person at the terminal has left, if they have. */
type Leave = "none" | "cancel" | "hangup";

export default class QueueRun extends SpawnCommand {
  static override summary = "run a queue here and now; show what happens; bring its results";
  static override description =
    "The queue runs on a local instance of its own, as with launch, and this command attends it: its outcome is the exit status. The first Ctrl-C cancels it gracefully, a second one ends everything at once. When the terminal is closed the queue goes on.";
  static override examples = [
    "<%= config.bin %> queue run pipeline.json",
    "<%= config.bin %> queue run pipeline.json --env API_KEY -o ./out",
    "<%= config.bin %> queue run pipeline.json --json > status.json",
  ];
  static override enableJsonFlag = true;
  static override args = {
    file: Args.string({ description: "the queue file; - is standard input", required: true }),
  };
  static override flags = {
    ...launchFlags,
    output: Flags.string({
      char: "o",
      description: "folder for the results; default: ./results/<queue-id>/",
      helpValue: "DIR",
    }),
    plain: switchFlag({ description: "a line for each thing that happens, also on a terminal" }),
  };

  override async run(): Promise<QueueStatus> {
    const { args, flags } = await this.parse(QueueRun);
    const prepared = await prepareLaunch(this.context, launchOptions(args.file, flags, {}), this.colorErrors);
    const warnings = warningsText(prepared.source, prepared.warnings, this.colorErrors);
    if (warnings !== "") this.tell(warnings);
    const instance = await launchQueue(this.context, prepared, (step) => {
      if (step.type !== "claimed" || step.queueId === step.wanted) return;
      this.tell(
        `${step.wanted} is taken: this run is ${step.queueId} (--queue-id and --overwrite choose otherwise)`,
      );
    });
    const queue = new LocalQueue(instance.root, this.context.clock);
    const leave = await this.attend(queue, instance, flags.plain ?? false);
    const status = queue.status();
    if (leave === "hangup") return status;
    await this.conclude(instance, status, flags.output);
    this.endWith(
      leave === "cancel" && status.status === "cancelled" ? EXIT.interrupted : exitStatusOfQueue(status),
    );
    return status;
  }

  /** Shows the queue until it is over, and hands on what the person asks for meanwhile. */
  private async attend(queue: LocalQueue, instance: Instance, plain: boolean): Promise<Leave> {
    const attendant = this.attendant(plain, instance);
    const leaving = new AbortController();
    let leave: Leave = "none";
    const stops = [
      onInterrupt((count) => {
        leave = "cancel";
        attendant.say(this.requestCancel(queue, count > 1));
      }),
      onHangup(() => {
        leave = "hangup";
        leaving.abort();
      }),
    ];
    try {
      for await (const look of followQueue(queue, { everyMs: LOOK_EVERY_MS, signal: leaving.signal })) {
        attendant.look(queue, look);
      }
    } finally {
      attendant.leave();
      for (const stop of stops) stop();
    }
    if (queue.fold.latest === undefined) throw silentRunner(queue, instance);
    return leave;
  }

  private attendant(plain: boolean, instance: Instance): Attendant {
    if (!plain && liveOf(process.stderr, process.env))
      return liveAttendant(new LiveScreen(process.stderr), this.errorPalette, () => performance.now());
    this.tell(`Running ${instance.queueId} on ${instance.instanceId}`);
    return plainAttendant((line) => this.tell(line), this.errorPalette);
  }

  private requestCancel(queue: LocalQueue, force: boolean): string {
    try {
      writeRequest(queue.layout.state, { kind: "cancel", force });
    } catch (error) {
      return `Cannot cancel: ${error instanceof Error ? error.message : String(error)}`;
    }
    return force
      ? "Ending everything at once."
      : "Cancelling: what runs gets TERM. Ctrl-C again ends everything at once.";
  }

  /** Brings the results and says how it went. */
  private async conclude(instance: Instance, status: QueueStatus, output: string | undefined): Promise<void> {
    const { queueId, storeRoot } = instance;
    const folder = shownFolder(output ?? join("results", queueId));
    const summary = await downloadQueue({
      store: await this.context.storeAt(storeRoot),
      queueId,
      output: resolve(this.context.cwd, folder),
    });
    if (summary.removed.length > 0)
      this.tell(`Removed from ${folder}: ${summary.removed.length} unchanged files of an earlier run`);
    for (const name of summary.kept)
      this.tell(`⚠ kept in ${folder}, as it was changed: ${name} of an earlier run`);
    const lines = await failureLog(this.context, localReference(instance), status);
    const ref = await referenceFor(this.context, instance);
    const files = summary.jobs.flatMap((job) => job.files).filter(({ kind }) => kind === "result").length;
    const results = `${folder} (${files} result ${files === 1 ? "file" : "files"}, ${formatSize(downloadedBytes(summary))} with logs)`;
    const { columns } = process.stdout;
    const input = { status, ref, failureLog: lines, results, columns };
    const words = runSummary(input, this.palette);
    this.print(`\n${words}`);
  }
}
