import { Args, Flags } from "@oclif/core";
import { writeRequest } from "@spawn/attempt-runner";
import { SpawnError } from "@spawn/foundation";
import type { Instance, LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { awsWallMs } from "../../aws/aws-wall-ms.js";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { regionFlag } from "../../flags/region-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { type LaunchEnvironment, launchEnvironment } from "../../launching/environment.js";
import { checkResumeEnvironment } from "../../launching/resume-environment.js";
import { openQueue } from "../../queues/open-local-queue.js";
import type { Ec2Reference } from "../../queues/queue-reference.js";
import { openRemoteQueue } from "../../queues/remote/open-remote-queue.js";
import type { Silence } from "../../queues/remote/silence.js";
import { waitForRemoteQueue } from "../../queues/remote/wait-for-remote-queue.js";
import {
  instanceOf,
  REF_DESCRIPTION,
  referenceFor,
  resolveQueue,
  shortReference,
} from "../../queues/resolve-reference.js";
import { detachedWords, type WaitEnd, waitForQueue } from "../../queues/wait-for-queue.js";

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
    region: regionFlag(),
  };

  override async run(): Promise<QueueStatus> {
    const { args, flags } = await this.parse(QueueCancel);
    const reference = await resolveQueue(this.context, args.ref, { region: flags.region });
    if (reference.kind === "ec2") return this.cancelOnEc2(reference, flags);
    const instance = instanceOf(reference);
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
    if (isAlone) checkResumeEnvironment(instance, environment);
    else if (flags.env !== undefined) throw needlessEnvironment(instance);
    writeRequest(queue.layout.state, { kind: "cancel", force: flags.force ?? false });
    if (isAlone) await this.startSettlingRunner(instance, environment);
    this.print(`Cancelling ${instance.queueId} on ${instance.instanceId}.`);
    const ref = await referenceFor(this.context, instance);
    if (flags.wait) await this.wait(queue, ref);
    else {
      this.tell(`See how it ends: spawn queue status ${ref} --watch`);
      queue.refresh();
    }
    return queue.status();
  }

  /** The agent on the instance looks for requests every ten seconds. */
  private async cancelOnEc2(
    reference: Ec2Reference,
    flags: {
      readonly env?: readonly string[] | undefined;
      readonly force?: boolean | undefined;
      readonly wait?: boolean | undefined;
    },
  ): Promise<QueueStatus> {
    const { queueId, region, storeRoot } = reference;
    const queue = await openRemoteQueue(this.context, reference);
    const before = await queue.look();
    if (before.status === "cancelled") {
      this.print(`${queueId} is cancelled already.`);
      return before;
    }
    refuseWhenOver(before);
    if (before.status === "interrupted")
      throw nothingRuns(before, await shortReference(this.context, reference));
    if (flags.env !== undefined) throw needlessEnvironment(reference);
    const access = await this.context.ec2(region);
    await access.ask(storeRoot, queueId, { kind: "cancel", force: flags.force ?? false });
    this.print(`Cancelling ${queueId} on ${before.instance_id}: it is told within ten seconds.`);
    const ref = await shortReference(this.context, reference);
    if (!flags.wait) {
      this.tell(`See how it ends: spawn queue status ${ref} --watch`);
      return before;
    }
    let last = before;
    const onStatus = (status: QueueStatus): void => {
      last = status;
    };
    const onSilent = ({ instanceId, lasting }: Silence): never => {
      throw new SpawnError(
        "wait-timed-out",
        `nothing heard from ${instanceId} for ${lasting}: ${queueId} is not cancelled`,
        {
          hint: `An agent that comes back takes the request. End the instance now: spawn terminate ${instanceId}`,
        },
      );
    };
    const wallMs = awsWallMs(access, this.context.clock);
    this.conclude(await waitForRemoteQueue(queue, { ref, onStatus, onSilent, wallMs }), last, ref);
    return last;
  }

  /** A queue that lost its runner needs one to take the request and settle what may still run. */
  private async startSettlingRunner(instance: Instance, environment: LaunchEnvironment): Promise<void> {
    this.progress(`Its runner is gone: starting one to settle ${instance.queueId}.`);
    const { variables, carried } = environment;
    await this.context.launcher.resume(instance.instanceId, { environment: variables, carried, rerun: [] });
  }

  private async wait(queue: LocalQueue, ref: string): Promise<void> {
    const end = await waitForQueue(queue, { ref });
    this.conclude(end, queue.status(), ref);
  }

  private conclude(end: WaitEnd, { queue_id, status }: QueueStatus, ref: string): void {
    if (end === "detached") {
      this.tell(detachedWords(ref));
      this.endWith(EXIT.interrupted);
      return;
    }
    this.print(`${queue_id}: ${status}`);
    // Asked for and reached: only an end other than the cancelling is a failure of this command.
    this.endWith(status === "cancelled" ? EXIT.done : EXIT.failed);
  }
}

function refuseWhenOver({ status, queue_id }: QueueStatus): void {
  if (status !== "completed" && status !== "failed") return;
  throw new SpawnError(
    "already-over",
    `${queue_id} has ended already, as ${status}: there is nothing to cancel`,
    {
      hint: `See how it ended: spawn queue status ${queue_id}`,
    },
  );
}

/** Cleanup there would be cleanup on a machine that its user has given up. */
function refuseTerminated({ state, instanceId, queueId }: Instance): void {
  if (state !== "terminated") return;
  throw new SpawnError("already-over", `${instanceId} is terminated: nothing of ${queueId} runs`, {
    hint: `Go on with it on a new instance: spawn queue resume ${queueId}`,
  });
}

/** @param ref what later commands call the queue by */
function nothingRuns({ queue_id, instance_id }: QueueStatus, ref: string): SpawnError {
  return new SpawnError("already-over", `${queue_id} is interrupted: nothing of it runs on ${instance_id}`, {
    hint: `Go on with it on a new instance: spawn queue resume ${ref}`,
  });
}

function needlessEnvironment({ queueId }: Pick<Instance, "queueId">): SpawnError {
  return new SpawnError("bad-arguments", `--env: ${queueId} is running, with the variables that it has`, {
    hint: "The flag is for a queue that has lost its runner. Cancel this one without it.",
  });
}
