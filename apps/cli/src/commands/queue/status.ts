import { Args } from "@oclif/core";
import type { QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { durationFlag } from "../../flags/duration-flag.js";
import { regionFlag } from "../../flags/region-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { onInterrupt } from "../../interrupts.js";
import { failureLog } from "../../logs/failure-log.js";
import { leftoverWords } from "../../queues/find-leftover.js";
import type { Ec2Reference, LocalReference, QueueReference } from "../../queues/queue-reference.js";
import { readStatus } from "../../queues/read-status.js";
import { REF_DESCRIPTION, resolveQueue, shortReference } from "../../queues/resolve-reference.js";
import { detachedWords, exitStatusOfQueue } from "../../queues/wait-for-queue.js";
import { drawnDisplay, type WatchDisplay, writtenDisplay } from "../../queues/watch-display.js";
import { watchReference } from "../../queues/watch-status.js";
import { liveOf } from "../../render/palette.js";
import { type StatusTextOptions, statusText } from "../../render/status-text.js";
import { watchFrame } from "../../render/watch-frame.js";
import { LiveScreen } from "../../terminal/live-screen.js";

const DEFAULT_REFRESH_MS = 10_000;

type ScreenDetails = Pick<StatusTextOptions, "instanceState" | "failure" | "ref"> & {
  readonly isFromAfar?: boolean;
};

export default class QueueStatusCommand extends SpawnCommand {
  static override summary = "show how a queue stands";
  static override description =
    "Of a queue on EC2 the result store is asked, which tells of it also when its instance is gone, and EC2 where the store has not heard of it for a minute; where neither tells, the status is unknown. With --watch it is shown again and again until the queue is over; the queue's outcome is then the exit status. Ctrl-C stops watching and leaves the queue running.";
  static override examples = [
    "<%= config.bin %> queue status last",
    "<%= config.bin %> queue status nightly --watch",
    "<%= config.bin %> queue status first-pipeline --json | jq '.job_details[] | select(.status == \"failed\")'",
  ];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    watch: switchFlag({
      char: "w",
      description: "show it until the queue is over; with --json one value a line",
    }),
    refresh: durationFlag({
      description: "with --watch: how often it is shown; default: 10s",
      dependsOn: ["watch"],
    }),
    region: regionFlag(),
  };

  override async run(): Promise<QueueStatus | undefined> {
    const { args, flags } = await this.parse(QueueStatusCommand);
    this.jsonLines = flags.watch ?? false;
    const reference = await resolveQueue(this.context, args.ref, { region: flags.region });
    if (flags.watch && reference.kind !== "stored") {
      await this.watch(reference, flags.refresh ?? DEFAULT_REFRESH_MS);
      return undefined;
    }
    const status = await readStatus(this.context, reference);
    this.print(this.textOf(status, await this.lastScreen(reference, status)));
    const left =
      reference.kind === "ec2" && reference.instance !== undefined
        ? await leftoverWords(this.context, reference.instance)
        : undefined;
    if (left !== undefined) this.tell(left);
    if (flags.watch) this.endWith(exitStatusOfQueue(status));
    return status;
  }

  private async watch(reference: LocalReference | Ec2Reference, refreshMs: number): Promise<void> {
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    let details = await this.detailsOf(reference);
    const display = this.display(() => details);
    let last: QueueStatus | undefined;
    try {
      const options = { refreshMs, signal: leaving.signal, show: display.show };
      last = await watchReference(this.context, reference, options);
      if (last !== undefined) details = await this.lastScreen(reference, last);
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    } finally {
      display.end(last);
      stopListening();
    }
    if (last !== undefined) return this.endWith(exitStatusOfQueue(last));
    this.tell(detachedWords(await shortReference(this.context, reference)));
    this.endWith(EXIT.interrupted);
  }

  /** What the text of a queue that is over needs besides its status. */
  private async lastScreen(reference: QueueReference, status: QueueStatus): Promise<ScreenDetails> {
    const details = await this.detailsOf(reference);
    const job = status.completed_at === undefined ? undefined : status.first_failure;
    if (job === undefined || this.jsonEnabled()) return details;
    const ref = await shortReference(this.context, reference);
    const log = await failureLog(this.context, reference, status);
    return { ...details, failure: { ref, job, log } };
  }

  private async detailsOf(reference: QueueReference): Promise<ScreenDetails> {
    switch (reference.kind) {
      case "local":
        return { instanceState: reference.instance.state };
      case "stored":
        return {};
      case "ec2":
        return { isFromAfar: true, ref: await shortReference(this.context, reference) };
    }
  }

  /**
   * Draws over what was shown before on a terminal; elsewhere each status follows the other.
   *
   * @param details of the last one
   */
  private display(details: () => ScreenDetails): WatchDisplay {
    if (this.jsonEnabled()) return writtenDisplay((status) => this.printJsonLine(status));
    if (!liveOf(process.stdout, process.env))
      return writtenDisplay((status) => this.print(`${this.textOf(status, details())}\n`));
    return drawnDisplay(
      new LiveScreen(process.stdout),
      (status, size) => {
        const { palette } = this;
        const seenMs = this.seenMs(details());
        return watchFrame(this.textOf(status, details()), status, { size, palette, seenMs });
      },
      (status) => this.print(this.textOf(status, details())),
    );
  }

  /** The moment from which a status from afar is looked at. */
  private seenMs({ isFromAfar = false }: ScreenDetails): number | undefined {
    return isFromAfar ? this.context.clock.wallMs() : undefined;
  }

  private textOf(status: QueueStatus, screen: ScreenDetails): string {
    const { isFromAfar: _afar, ...details } = screen;
    const seenMs = this.seenMs(screen);
    return statusText(status, { palette: this.palette, columns: process.stdout.columns, seenMs, ...details });
  }
}
