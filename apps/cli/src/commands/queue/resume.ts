import { Args, Flags } from "@oclif/core";
import { machineCapacity } from "@spawn/attempt-runner";
import { serializeQueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import type { Instance, LocalQueue } from "@spawn/launcher";
import { type JournalRecord, type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { EXIT } from "../../exit-status.js";
import { regionFlag } from "../../flags/region-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";
import { type Ec2FlagValues, ec2Flags, refuseEc2Flags } from "../../launching/ec2/ec2-flags.js";
import { resumeOnEc2 } from "../../launching/ec2/launch-on-ec2.js";
import { prepareEc2Resume } from "../../launching/ec2/prepare-ec2-resume.js";
import {
  type PreparedKeptResume,
  prepareKeptResume,
  resumeOnKept,
} from "../../launching/ec2/resume-on-kept.js";
import { type LaunchEnvironment, launchEnvironment } from "../../launching/environment.js";
import { checkRoomAgain } from "../../launching/machine-room.js";
import { readRunnableFile } from "../../launching/prepare-launch.js";
import { checkMovedEnvironment, checkResumeEnvironment } from "../../launching/resume-environment.js";
import { LaunchingCommand } from "../../launching-command.js";
import { failureLog } from "../../logs/failure-log.js";
import { type ChangedQueue, changeQueue } from "../../queues/changed-file.js";
import { mayStopAttempts } from "../../queues/may-stop-attempts.js";
import { leftInStore, lookAtMove } from "../../queues/move-here.js";
import { openQueue } from "../../queues/open-local-queue.js";
import { type Ec2Reference, localReference } from "../../queues/queue-reference.js";
import { readStatus } from "../../queues/read-status.js";
import {
  instanceOf,
  REF_DESCRIPTION,
  referenceFor,
  resolveQueue,
  shortReference,
} from "../../queues/resolve-reference.js";
import { planResume, refuseRunning } from "../../queues/resume-plan.js";
import { detachedWords, exitStatusOfQueue, waitForQueue } from "../../queues/wait-for-queue.js";
import { ec2ResumeReport } from "../../render/ec2-launch-report.js";
import { wrapLine, wrapText } from "../../render/fit-text.js";
import { Narrator } from "../../render/narrator.js";
import { noticeLine } from "../../render/notice.js";
import { resumePlanText } from "../../render/resume-plan-text.js";
import { runSummary } from "../../render/run-summary.js";
import { warningsText } from "../../render/warnings-text.js";

interface ResumeFlags {
  readonly workdir?: string | undefined;
  readonly rerun?: string[] | undefined;
  readonly "batch-queue"?: string | undefined;
  readonly env?: string[] | undefined;
  readonly "trust-completed"?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

interface Again {
  readonly rerun: readonly string[];
  /** The queue with another file. */
  readonly other: ChangedQueue | undefined;
}

export default class QueueResume extends LaunchingCommand {
  static override summary = "go on with a queue that was interrupted, or run again what did not complete";
  static override description =
    "A queue that is over runs its failed, blocked, skipped and cancelled jobs again, with a fresh budget of attempts. With a changed queue file, jobs that completed and whose command, environment or dependencies are not what they were run again too, with all that is downstream of them; attempts that a lost runner left running are stopped first, after a yes. What runs again, and why, is shown first. Variables are taken from this shell again. An instance on EC2 that was kept after a failure goes on with the queue, in the work folder as it is there; with --workdir the files of that folder are laid over it first, and what jobs left there stays. Where the instance is gone, the queue goes on from its result store on a new one: the results of what completed are put back where the jobs left them.";
  static override examples = [
    "<%= config.bin %> queue resume last",
    "<%= config.bin %> queue resume first-pipeline --rerun train --wait",
    "<%= config.bin %> queue resume first-pipeline --batch-queue pipeline.json",
    "<%= config.bin %> queue resume training --workdir .",
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
      description: "go on with this queue file instead of the one the queue had",
      helpValue: "FILE",
    }),
    env: Flags.string({
      description: "give every job this variable: NAME takes it from this shell",
      helpValue: "NAME[=value]",
      multiple: true,
      multipleNonGreedy: true,
    }),
    "trust-completed": switchFlag({
      description:
        "where only the result store is left of the queue: jobs that completed and declare no results do not run again",
    }),
    wait: switchFlag({
      description: "tell what happens until the queue is over; its outcome is the exit status",
    }),
    workdir: Flags.string({
      description:
        "on EC2: ship this folder: to a new instance instead of the one that was shipped before, to one that was kept over it",
      helpValue: "DIR",
      helpGroup: "EC2",
    }),
    ...ec2Flags,
    yes: switchFlag({
      char: "y",
      description:
        "do not ask: with --batch-queue stop attempts that a lost runner left running; on EC2 ship a folder of more than 1 GB",
    }),
    region: regionFlag(),
  };

  override async run(): Promise<QueueStatus> {
    const { args, flags } = await this.parse(QueueResume);
    const reference = await resolveQueue(this.context, args.ref, { region: flags.region });
    if (reference.kind === "ec2") return this.resumeOnEc2(reference, flags);
    // Here only another file raises a question.
    const forEc2 = flags["batch-queue"] === undefined ? flags : { ...flags, yes: undefined };
    refuseEc2Flags(forEc2, `${reference.queueId} is on this machine`);
    if (flags.workdir !== undefined) {
      throw new SpawnError(
        "bad-arguments",
        `--workdir is for EC2, and ${reference.queueId} is on this machine`,
      );
    }
    const left = leftInStore(reference);
    if (left !== undefined) return this.resumeFromStore(left, flags);
    const instance = instanceOf(reference);
    if (flags["trust-completed"]) {
      throw new SpawnError("bad-arguments", `--trust-completed: ${instance.instanceId} is still there`, {
        hint: "Its files are where its jobs left them. The flag is for a queue that goes on from its store.",
      });
    }
    const { queue, records } = await openQueue(this.context, instance);
    const narrator = new Narrator();
    narrator.take(records, false);
    const rerun = flags.rerun ?? [];
    const environment = launchEnvironment(this.context.env, flags.env ?? []);
    const { variables, carried } = environment;
    refuseRunning(queue.status(), instance);
    const file = flags["batch-queue"];
    if (file === undefined) checkResumeEnvironment(instance, environment);
    const other = file === undefined ? undefined : this.otherFile(file, records, environment);
    this.showPlan({ fold: queue.fold, status: queue.status() }, { rerun, other, variables });
    const stop = { fold: queue.fold, jobs: other?.stopped ?? [], instanceId: instance.instanceId };
    const print = (text: string) => this.print(text);
    if (!(await mayStopAttempts({ ...stop, yes: flags.yes ?? false, print }))) {
      this.tell("Nothing was done.");
      this.endWith(EXIT.failed);
      return queue.status();
    }
    await this.context.launcher.resume(instance.instanceId, {
      environment: variables,
      rerun,
      carried,
      ...(other === undefined ? {} : { queueFile: other.text }),
    });
    return this.resumed(queue, instance, narrator, flags.wait ?? false);
  }

  /** On its instance if that was kept, else on a new one on EC2: the one before is gone. */
  private async resumeOnEc2(
    reference: Ec2Reference,
    flags: ResumeFlags & Ec2FlagValues,
  ): Promise<QueueStatus> {
    const { queueId } = reference;
    const options = {
      rerun: flags.rerun ?? [],
      trustCompleted: flags["trust-completed"] ?? false,
      env: flags.env ?? [],
      file: flags["batch-queue"],
      workdir: flags.workdir,
    };
    const kept = await prepareKeptResume(this.context, reference, options, flags);
    if (kept !== undefined) return this.resumeOnKept(kept, flags);
    const prepared = await prepareEc2Resume(this.context, reference, options, flags, this.colorErrors);
    const { source, plan, planned, request, price } = prepared;
    if (source !== undefined) {
      const warnings = warningsText(source, source.diagnostics, this.colorErrors);
      if (warnings !== "") this.tell(warnings);
    }
    for (const note of planned.notes) this.tell(wrapLine(`⚠ ${note}`, process.stderr.columns));
    if (plan === undefined)
      this.print(`All jobs of ${queueId} had completed: nothing runs again, its end is recorded.`);
    else this.print(resumePlanText(plan, queueId, this.palette));
    if (request.workdir !== undefined && prepared.workdir === undefined)
      this.print("\nWork folder: as it was shipped last. To ship it with what changed here: --workdir DIR");
    this.progress("\nProgress:");
    const made = await resumeOnEc2(this.context, prepared, (step) => this.showEc2Step(step));
    const ref = await shortReference(this.context, made);
    const { instance } = made;
    const report = ec2ResumeReport({ instance, ref, ttlMs: request.ttlMs, price }, this.palette);
    this.print(`\n${wrapText(report, process.stdout.columns)}`);
    const status = await this.waitOnEc2(prepared.access, made, flags);
    return status ?? (await readStatus(this.context, made));
  }

  /** On its instance, which was kept when the queue was over. */
  private async resumeOnKept(kept: PreparedKeptResume, flags: ResumeFlags): Promise<QueueStatus> {
    const { instanceId, queueId, deadline } = kept.instance;
    this.print(resumePlanText(kept.plan, queueId, this.palette));
    this.print(
      kept.workdir === undefined
        ? `\nWork folder: as it is on ${instanceId}. To go on with files that changed here: --workdir DIR`
        : `\nWork folder: that on ${instanceId}, with the files of ${kept.workdir.root} laid over it`,
    );
    this.progress(`Asking ${instanceId}, which was kept: it looks every ten seconds.`);
    const made = await resumeOnKept(this.context, kept, (step) => this.showEc2Step(step));
    const ref = await shortReference(this.context, made);
    this.print(
      `\nResumed on ${instanceId}, which ends at ${wallTimeIn().shown(Date.parse(deadline))} at the latest.`,
    );
    this.print(`Watch it: spawn queue status ${ref} --watch`);
    return (
      (await this.waitOnEc2(kept.access, made, { wait: flags.wait })) ??
      (await readStatus(this.context, made))
    );
  }

  /** On a new instance: nothing but the store is left of the one before. */
  private async resumeFromStore(
    left: { readonly queueId: string; readonly storeRoot: string },
    flags: ResumeFlags,
  ): Promise<QueueStatus> {
    const rerun = flags.rerun ?? [];
    const trustCompleted = flags["trust-completed"] ?? false;
    const moved = await lookAtMove(this.context, left, trustCompleted);
    const environment = launchEnvironment(this.context.env, flags.env ?? []);
    const { variables, carried } = environment;
    const names = [...new Set([...moved.carried, ...carried])];
    const file = flags["batch-queue"];
    if (file === undefined) checkMovedEnvironment(moved.spec, names, variables);
    const other = file === undefined ? undefined : this.otherFile(file, moved.records, environment);
    if (moved.onlyUnrecorded && other === undefined && rerun.length === 0) {
      this.print(`All jobs of ${left.queueId} had completed: nothing runs again, its end is recorded.`);
    } else {
      this.showPlan(moved, { rerun, other, variables });
    }
    this.tell(`Its instance is gone: it goes on from ${moved.stored.store.locationOf(left.queueId)}`);
    this.tell(`Jobs work in ${moved.workingDirectory}`);
    const instance = await this.context.launcher.launch({
      queueId: left.queueId,
      queueFile: other?.text ?? moved.text,
      tags: {},
      workingDirectory: moved.workingDirectory,
      storeRoot: left.storeRoot,
      environment: variables,
      carried: names,
      fromStore: { rerun, trustCompleted },
    });
    const { queue, records } = await openQueue(this.context, instance);
    const narrator = new Narrator();
    narrator.take(records, false);
    return this.resumed(queue, instance, narrator, flags.wait ?? false);
  }

  /** What runs again here, with its new file where there is one. @throws SpawnError as `planResume` and `checkRoomAgain` do */
  private showPlan(
    now: Pick<ChangedQueue, "fold" | "status">,
    { rerun, other, variables }: Again & Pick<LaunchEnvironment, "variables">,
  ): void {
    const { fold, status } = other ?? now;
    const { queueId } = fold.created;
    const plan = planResume(fold, status, { rerun, ...(other === undefined ? {} : { change: other }) });
    checkRoomAgain(queueId, fold.graph.jobs, plan, machineCapacity({ environment: variables }));
    this.print(resumePlanText(plan, queueId, this.palette));
  }

  /** @param narrator knows all that was before */
  private async resumed(
    queue: LocalQueue,
    instance: Instance,
    narrator: Narrator,
    wait: boolean,
  ): Promise<QueueStatus> {
    const ref = await referenceFor(this.context, instance);
    if (wait) return this.wait(queue, instance, ref, narrator);
    this.print(`\nResumed on ${instance.instanceId}. Watch it: spawn queue status ${ref} --watch`);
    queue.refresh();
    return queue.status();
  }

  /** The queue with another file, and that file's text as the instance keeps it. */
  private otherFile(
    path: string,
    records: readonly JournalRecord[],
    environment: LaunchEnvironment,
  ): ChangedQueue & { readonly text: string } {
    const { source, spec } = readRunnableFile(path, environment, this.colorErrors);
    const warnings = warningsText(source, source.diagnostics, this.colorErrors);
    if (warnings !== "") this.tell(warnings);
    const changed = changeQueue(records, spec, source.fileName);
    const text = serializeQueueSpec({ ...spec, queueId: changed.fold.created.queueId });
    return { ...changed, text };
  }

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
      const lines = await failureLog(this.context, localReference(instance), status);
      this.print(`\n${runSummary({ status, ref, failureLog: lines }, this.palette)}`);
      this.print(`\nTo fetch its results: ${this.palette.strong(`spawn queue results ${ref}`)}`);
      this.endWith(exitStatusOfQueue(status));
    }
    return status;
  }
}
