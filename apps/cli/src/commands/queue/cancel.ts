import { Args, Flags } from "@oclif/core";
import { writeRequest } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import type { Instance, LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { type LaunchEnvironment, launchEnvironment } from "../../launching/environment.js";
import { checkResumeEnvironment } from "../../launching/resume-environment.js";
import { openQueue } from "../../queues/read-status.js";
import { instanceOf, REF_DESCRIPTION, referenceFor, resolveQueue } from "../../queues/resolve-reference.js";
import { detachedWords, waitForQueue } from "../../queues/wait-for-queue.js";

export default class QueueCancel extends SpawnCommand {
  static override summary = "end a queue: what runs gets TERM, and KILL ten seconds later";
  static override description =
    "Jobs with always_run still run, to clean up; --force ends them as well. A cancelled queue can be resumed.";
  static override examples = ["<%= config.bin %> queue cancel last --wait"];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    env: Flags.string({
      description:
        "where the queue has lost its runner: give cleanup jobs this variable; NAME takes it from this shell",
      helpValue: "NAME[=value]",
      multiple: true,
      multipleNonGreedy: true,
    }),
    force: switchFlag({ description: "end jobs with always_run too, and start no more of them" }),
    wait: switchFlag({ description: "wait until the queue is over" }),
  };

  override async run(): Promise<QueueStatus> {
    const { args, flags } = await this.parse(QueueCancel);
    const instance = instanceOf(await resolveQueue(this.context, args.ref));
    const { queue } = await openQueue(this.context, instance);
    const before = queue.status();
    if (before.status === "cancelled") {
      this.print(`${instance.queueId} is cancelled already.`);
      return before;
    }
    refuseWhenOver(before);
    refuseTerminated(instance);
    const isAlone = queue.runner() === "gone";
    const environment = launchEnvironment(this.context.env, flags.env ?? []);
    if (isAlone) checkResumeEnvironment(instance, environment.variables);
    else if (flags.env !== undefined) throw needlessEnvironment(instance);
    writeRequest(queue.layout.state, { kind: "cancel", force: flags.force ?? false });
    if (isAlone) await this.startSettlingRunner(instance, environment);
    this.print(`Cancelling ${instance.queueId} on ${instance.instanceId}.`);
    const ref = await referenceFor(this.context, instance);
    if (flags.wait) await this.wait(queue, instance, ref);
    else {
      this.tell(`See how it ends: spawn queue status ${ref} --watch`);
      queue.refresh();
    }
    return queue.status();
  }

  /** A queue that lost its runner needs one to take the request and settle what may still run. */
  private async startSettlingRunner(instance: Instance, environment: LaunchEnvironment): Promise<void> {
    this.progress(`Its runner is gone: starting one to settle ${instance.queueId}.`);
    const { variables, carried } = environment;
    await this.context.launcher.resume(instance.instanceId, { environment: variables, carried, rerun: [] });
  }

  private async wait(queue: LocalQueue, instance: Instance, ref: string): Promise<void> {
    if ((await waitForQueue(queue, { ref })) === "detached") {
      this.tell(detachedWords(ref));
      this.endWith(EXIT.interrupted);
      return;
    }
    const { status } = queue.status();
    this.print(`${instance.queueId}: ${status}`);
    // Asked for and reached: only an end other than the cancelling is a failure of this command.
    this.endWith(status === "cancelled" ? EXIT.done : EXIT.failed);
  }
}

function refuseWhenOver({ status, queue_id }: QueueStatus): void {
  if (status !== "completed" && status !== "failed") return;
  throw new SpawnError("already-over", `${queue_id} is over (${status}): there is nothing to cancel`, {
    hint: `See how it ended: spawn queue status ${queue_id}`,
  });
}

/** Cleanup there would be cleanup on a machine that its user has given up. */
function refuseTerminated({ state, instanceId, queueId }: Instance): void {
  if (state !== "terminated") return;
  throw new SpawnError("already-over", `${instanceId} is terminated: nothing of ${queueId} runs`, {
    hint: `Go on with it on a new instance: spawn queue resume ${queueId}`,
  });
}

function needlessEnvironment({ queueId }: Instance): SpawnError {
  return new SpawnError("bad-arguments", `--env: ${queueId} is running, with the variables that it has`, {
    hint: "The flag is for a queue that has lost its runner. Cancel this one without it.",
  });
}
