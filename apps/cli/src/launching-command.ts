import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { awsWallMs } from "./aws/aws-wall-ms.js";
import type { Ec2Access } from "./aws/ec2-access.js";
import { SpawnCommand } from "./base-command.js";
import { EXIT } from "./exit-status.js";
import type { Ec2LaunchStep, MadeOnEc2 } from "./launching/ec2/launch-on-ec2.js";
import { waitForSsh } from "./launching/ec2/wait-for-ssh.js";
import { failureLog } from "./logs/failure-log.js";
import type { Ec2Reference } from "./queues/queue-reference.js";
import { openRemoteQueue } from "./queues/remote/open-remote-queue.js";
import { silenceWords } from "./queues/remote/silence.js";
import { waitForRemoteQueue } from "./queues/remote/wait-for-remote-queue.js";
import { shortReference } from "./queues/resolve-reference.js";
import { detachedWords, exitStatusOfQueue } from "./queues/wait-for-queue.js";
import { ec2StepLine, isTransfer, type Transfer, transferName } from "./render/ec2-launch-steps.js";
import { progressLine } from "./render/progress-line.js";
import { runSummary } from "./render/run-summary.js";
import type { TransferProgress } from "./terminal/transfer-progress.js";

export interface WaitFlagValues {
  readonly wait?: boolean | undefined;
  readonly "wait-timeout"?: number | undefined;
  readonly "wait-for-ssh"?: boolean | undefined;
}

/** What commands share that launch on EC2. */
export abstract class LaunchingCommand extends SpawnCommand {
  /** By name; the terminal shows the one that began first. */
  readonly #transfers = new Map<string, TransferProgress>();

  protected showEc2Step(step: Ec2LaunchStep): void {
    if (isTransfer(step)) {
      this.showTransfer(step);
      return;
    }
    this.pauseTransfers();
    const line = ec2StepLine(step, this.errorPalette);
    if (step.type === "warning" || step.type === "interrupted") this.tell(line);
    else this.progress(line);
  }

  private showTransfer(step: Transfer): void {
    const { sent, size } = step;
    const name = transferName(step);
    const transfer = this.#transfers.get(name) ?? this.transferProgress(name);
    this.#transfers.set(name, transfer);
    const [shown] = this.#transfers.values();
    if (transfer === shown) {
      transfer.plan({ bytes: size });
      transfer.reach(sent);
    }
    if (sent < size) return;
    this.pauseTransfers();
    this.#transfers.delete(name);
    this.progress(`  ${this.errorPalette.good("✓")} ${name}`);
  }

  /** So that something else can be written. */
  private pauseTransfers(): void {
    for (const transfer of this.#transfers.values()) transfer.pause();
  }

  /** What is left of a bar would say that it goes on. */
  protected override async catch(error: unknown): Promise<void> {
    this.pauseTransfers();
    await super.catch(error);
  }

  /** Waits for what the command line says. @returns how the queue stands then, where it was waited for */
  protected async waitOnEc2(
    access: Ec2Access,
    made: MadeOnEc2,
    flags: WaitFlagValues,
  ): Promise<QueueStatus | undefined> {
    // What EC2 said of it when it was made will soon be otherwise.
    const reference: Ec2Reference = { ...made, instance: undefined };
    if (flags["wait-for-ssh"]) {
      this.progress("\nWaiting until ssh answers; Ctrl-C stops waiting and leaves the instance.");
      await waitForSsh(access, made.instanceId, { clock: this.context.clock });
      this.print(`ssh answers. Connect: spawn connect ${await shortReference(this.context, reference)}`);
    }
    return flags.wait ? await this.waitForQueue(access, reference, flags["wait-timeout"]) : undefined;
  }

  private async waitForQueue(
    access: Ec2Access,
    reference: Ec2Reference,
    timeoutMs: number | undefined,
  ): Promise<QueueStatus> {
    const queue = await openRemoteQueue(this.context, reference);
    const ref = await shortReference(this.context, reference);
    this.progress("\nWaiting for the queue to end; Ctrl-C stops waiting and leaves it running.");
    let shown = "";
    let status: QueueStatus | undefined;
    const end = await waitForRemoteQueue(queue, {
      ...{ ref, timeoutMs },
      onSilent: (silence) => this.tell(silenceWords(silence, wallTimeIn().shown)),
      wallMs: awsWallMs(access, this.context.clock),
      onStatus: (now) => {
        status = now;
        const line = progressLine(now);
        if (line !== shown) this.progress(`  ${line}`);
        shown = line;
      },
    });
    status ??= await queue.look();
    if (end === "detached") {
      this.tell(detachedWords(ref));
      this.endWith(EXIT.interrupted);
      return status;
    }
    const log = await failureLog(this.context, reference, status);
    const seenMs = this.context.clock.wallMs();
    this.print(`\n${runSummary({ status, ref, failureLog: log, isOnEc2: true, seenMs }, this.palette)}`);
    this.print(`\nTo fetch its results: ${this.palette.strong(`spawn queue results ${ref}`)}`);
    this.endWith(exitStatusOfQueue(status));
    return status;
  }
}
