import { Args, Flags } from "@oclif/core";
import type { Instance, LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { launchEnvironment } from "../../launching/environment.js";
import { openQueue } from "../../queues/read-status.js";
import { instanceOf, REF_DESCRIPTION, resolveQueue } from "../../queues/resolve-reference.js";
import { planResume } from "../../queues/resume-plan.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../../queues/wait-for-queue.js";
import { Narrator } from "../../render/narrator.js";
import { noticeLine } from "../../render/notice.js";
import { resumePlanText } from "../../render/resume-plan-text.js";

export default class QueueResume extends SpawnCommand {
  static override summary = "go on with a queue that was interrupted, or run again what did not complete";
  static override description =
    "A queue that is over runs its failed, blocked, skipped and cancelled jobs again, with a fresh budget of attempts. What runs again, and why, is shown first. Variables are taken from this shell again.";
  static override examples = [
    "<%= config.bin %> queue resume last",
    "<%= config.bin %> queue resume first-pipeline --rerun train --wait",
  ];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    rerun: Flags.string({
      description: "run this job again although it completed, and all that is downstream of it",
      helpValue: "JOB",
      multiple: true,
      multipleNonGreedy: true,
    }),
    env: Flags.string({
      description: "give every job this variable: NAME takes it from this shell",
      helpValue: "NAME[=value]",
      multiple: true,
      multipleNonGreedy: true,
    }),
    wait: switchFlag({
      description: "tell what happens until the queue is over; its outcome is the exit status",
    }),
  };

  override async run(): Promise<QueueStatus> {
    const { args, flags } = await this.parse(QueueResume);
    const instance = instanceOf(await resolveQueue(this.context, args.ref));
    const { queue, records } = await openQueue(this.context, instance);
    const narrator = new Narrator();
    narrator.take(records, false);
    const rerun = flags.rerun ?? [];
    const plan = planResume(queue.fold, queue.status(), { rerun, instance });
    this.print(resumePlanText(plan, instance.queueId, this.palette));
    const { variables, carried } = launchEnvironment(this.context.env, flags.env ?? []);
    await this.context.launcher.resume(instance.instanceId, { environment: variables, rerun, carried });
    if (flags.wait) return this.wait(queue, instance, narrator);
    this.print(
      `\nResumed on ${instance.instanceId}. Watch it: spawn queue status ${instance.instanceId} --watch`,
    );
    queue.refresh();
    return queue.status();
  }

  /** @param narrator knows all that was before */
  private async wait(queue: LocalQueue, instance: Instance, narrator: Narrator): Promise<QueueStatus> {
    const end = await waitForQueue(queue, {
      instanceId: instance.instanceId,
      onLook: ({ records, restarted }) => {
        for (const notice of narrator.take(records, restarted))
          this.tell(noticeLine(notice, this.errorPalette));
      },
    });
    const status = queue.status();
    if (end === "detached") {
      this.tell(detachedWords(instance.instanceId));
      this.endWith(EXIT.interrupted);
    } else {
      this.print(`${instance.queueId}: ${status.status}`);
      this.endWith(exitStatusOfQueue(status));
    }
    return status;
  }
}
