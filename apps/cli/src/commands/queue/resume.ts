import { Args, Flags } from "@oclif/core";
import { serializeQueueSpec } from "@spawn/config-schema";
import type { Instance, LocalQueue } from "@spawn/launcher";
import type { JournalRecord, QueueStatus } from "@spawn/status-model";
import { SpawnCommand } from "../../base-command.js";
import { EXIT } from "../../exit-status.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { type LaunchEnvironment, launchEnvironment } from "../../launching/environment.js";
import { readRunnableFile } from "../../launching/prepare-launch.js";
import { checkResumeEnvironment } from "../../launching/resume-environment.js";
import { failureLog } from "../../logs/failure-log.js";
import { type ChangedQueue, changeQueue } from "../../queues/changed-file.js";
import { openQueue } from "../../queues/read-status.js";
import { instanceOf, REF_DESCRIPTION, referenceFor, resolveQueue } from "../../queues/resolve-reference.js";
import { planResume, refuseUnresumable } from "../../queues/resume-plan.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../../queues/wait-for-queue.js";
import { Narrator } from "../../render/narrator.js";
import { noticeLine } from "../../render/notice.js";
import { resumePlanText } from "../../render/resume-plan-text.js";
import { runSummary } from "../../render/run-summary.js";
import { warningsText } from "../../render/warnings-text.js";

export default class QueueResume extends SpawnCommand {
  static override summary = "go on with a queue that was interrupted, or run again what did not complete";
  static override description =
    "A queue that is over runs its failed, blocked, skipped and cancelled jobs again, with a fresh budget of attempts. With a changed queue file, jobs that completed and whose command, environment or dependencies are not what they were run again too, with all that is downstream of them. What runs again, and why, is shown first. Variables are taken from this shell again.";
  static override examples = [
    "<%= config.bin %> queue resume last",
    "<%= config.bin %> queue resume first-pipeline --rerun train --wait",
    "<%= config.bin %> queue resume first-pipeline --batch-queue pipeline.json",
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
    "batch-queue": Flags.string({
      description: "go on with this queue file instead of the one the queue had; the queue must be over",
      helpValue: "FILE",
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
    const { variables, carried } = launchEnvironment(this.context.env, flags.env ?? []);
    refuseUnresumable(queue.status(), instance);
    const file = flags["batch-queue"];
    if (file === undefined) checkResumeEnvironment(instance, variables);
    const other = file === undefined ? undefined : this.otherFile(file, records, variables);
    const plan =
      other === undefined
        ? planResume(queue.fold, queue.status(), { rerun, instance })
        : planResume(other.fold, other.status, { rerun, instance, change: other });
    this.print(resumePlanText(plan, instance.queueId, this.palette));
    await this.context.launcher.resume(instance.instanceId, {
      environment: variables,
      rerun,
      carried,
      ...(other === undefined ? {} : { queueFile: other.text }),
    });
    const ref = await referenceFor(this.context, instance);
    if (flags.wait) return this.wait(queue, instance, ref, narrator);
    this.print(`\nResumed on ${instance.instanceId}. Watch it: spawn queue status ${ref} --watch`);
    queue.refresh();
    return queue.status();
  }

  /** The queue with another file, and that file's text as the instance keeps it. */
  private otherFile(
    path: string,
    records: readonly JournalRecord[],
    variables: LaunchEnvironment["variables"],
  ): ChangedQueue & { readonly text: string } {
    const { source, spec } = readRunnableFile(path, variables, this.colorErrors);
    const warnings = warningsText(source, source.diagnostics, this.colorErrors);
    if (warnings !== "") this.tell(warnings);
    const changed = changeQueue(records, spec, source.fileName);
    const text = serializeQueueSpec({ ...spec, queueId: changed.fold.created.queueId });
    return { ...changed, text };
  }

  /** @param narrator knows all that was before */
  private async wait(
    queue: LocalQueue,
    instance: Instance,
    ref: string,
    narrator: Narrator,
  ): Promise<QueueStatus> {
    const end = await waitForQueue(queue, {
      ref,
      onLook: ({ records, restarted }) => {
        for (const notice of narrator.take(records, restarted))
          this.tell(noticeLine(notice, this.errorPalette));
      },
    });
    const status = queue.status();
    if (end === "detached") {
      this.tell(detachedWords(ref));
      this.endWith(EXIT.interrupted);
    } else {
      const lines = await failureLog(this.context, instance, status);
      this.print(`\n${runSummary({ status, ref, failureLog: lines }, this.palette)}`);
      this.print(`\nTo fetch its results: ${this.palette.strong(`spawn queue results ${ref}`)}`);
      this.endWith(exitStatusOfQueue(status));
    }
    return status;
  }
}
