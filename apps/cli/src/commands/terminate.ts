import { Args } from "@oclif/core";
import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import { type QueueStatus, wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { EXIT } from "../exit-status.js";
import { regionFlag } from "../flags/region-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { onInterrupt } from "../interrupts.js";
import { type FoundInstance, resolveInstance } from "../queues/found-instance.js";
import { type Ec2Reference, localReference } from "../queues/queue-reference.js";
import { readStatus } from "../queues/read-status.js";
import { withoutStay } from "../queues/remote/kept-now.js";
import { settleTerminated } from "../queues/remote/settle-terminated.js";
import { REF_DESCRIPTION } from "../queues/resolve-reference.js";
import { unstoredJobs } from "../queues/unstored-jobs.js";
import { DrainNarrator } from "../render/drain-narrator.js";
import { ec2InstanceRow, type InstanceRow, instanceRow } from "../render/instance-row.js";
import { askYes, type YesQuestion } from "../terminal/ask-yes.js";

export default class Terminate extends SpawnCommand {
  static override summary = "end an instance: what runs gets TERM, everything goes to the result store first";
  static override description =
    "Its results and logs stay in the result store. A terminated instance cannot be resumed; its queue can, on a new one. An instance on EC2 is waited for while it stores what it has: no longer than 12 minutes, or 90 seconds in which nothing is heard of it. Then it is ended all the same, what is not in the store is named, and the exit status is 1. All that was made for it is removed.";
  static override examples = [
    "<%= config.bin %> terminate nightly -y",
    "<%= config.bin %> terminate nightly --now",
  ];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    yes: switchFlag({ char: "y", description: "do not ask; needed where nobody can be asked" }),
    now: switchFlag({ description: "on EC2: at once; what is not in the result store yet is lost" }),
    region: regionFlag(),
  };

  override async run(): Promise<InstanceRow | undefined> {
    const { args, flags } = await this.parse(Terminate);
    const found = await resolveInstance(this.context, args.ref, { region: flags.region });
    const { instance } = found;
    if (flags.now && found.kind === "local") throw refuseNow(instance);
    if (!flags.yes && !(await askYes(questionOf(instance)))) {
      this.tell("Nothing was done.");
      this.endWith(EXIT.failed);
      return undefined;
    }
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    try {
      if (instance.state === "running" && !flags.now)
        this.progress(`Ending ${instance.instanceId}: waiting until all is stored.`);
      return await this.end(found, {
        signal: leaving.signal,
        drains: !flags.now,
        isSure: flags.yes ?? false,
      });
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
      throw stoppedWaiting(found, error);
    } finally {
      stopListening();
    }
  }

  private async end(found: FoundInstance, { isSure, ...options }: EndOptions): Promise<InstanceRow> {
    const time = wallTimeIn().rfc3339;
    if (found.kind === "local") {
      const ended = await this.context.launcher.terminate(found.instance.instanceId, options);
      this.sayTerminated(found.instance);
      return instanceRow(ended, (await readStatus(this.context, localReference(ended))).status, time);
    }
    const { reference, access } = found;
    const { instanceId } = found.instance;
    const narrator = new DrainNarrator((line) => this.progress(line));
    const launcher = await access.launcher(reference.storeRoot);
    let isWanted = true;
    const ended = await launcher.terminate(instanceId, {
      ...options,
      onLook: (look) => narrator.look(look),
      onNotAsked: async (why) => {
        this.tell(`⚠ ${instanceId} could not be asked to store what it has: ${why}`);
        isWanted = isSure || (await askYes(questionOfLoss(found.instance)));
        return isWanted;
      },
    });
    if (!isWanted) {
      this.tell("Nothing was done.");
      this.endWith(EXIT.failed);
      return ec2InstanceRow(ended, undefined, time);
    }
    this.sayTerminated(ended);
    return ec2InstanceRow(ended, await this.stateAfter(reference, ended), time);
  }

  private sayTerminated({ instanceId, queueId }: FoundInstance["instance"]): void {
    this.print(`Terminated ${instanceId}. Its results: spawn queue results ${queueId}`);
  }

  /** It is ended, whether its queue can be read or not. */
  private async stateAfter(
    { storeRoot, region }: Ec2Reference,
    ended: Ec2Instance,
  ): Promise<QueueStatus | undefined> {
    try {
      const store = await (await this.context.ec2(region)).storeAt(storeRoot);
      const settled = await settleTerminated(this.context, store, ended);
      if (settled === undefined) return undefined;
      for (const { job, why } of unstoredJobs(settled.status, settled.isCutShort)) {
        this.tell(`⚠ not all of ${job} is in the result store: ${why}`);
        this.endWith(EXIT.failed);
      }
      return withoutStay(settled.status);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      this.tell(`⚠ whether all is in the result store is not known: ${error.message}`);
      this.endWith(EXIT.failed);
      return undefined;
    }
  }
}

function questionOfLoss({ instanceId }: FoundInstance["instance"]): YesQuestion {
  return {
    doing: `terminating ${instanceId}, with what is not in its result store yet,`,
    question: `Terminate ${instanceId} all the same? What is not in its result store yet may be lost.`,
    command: `spawn terminate ${instanceId} -y`,
  };
}

interface EndOptions {
  readonly signal: AbortSignal;
  readonly drains: boolean;
  /** Needs no second question. */
  readonly isSure: boolean;
}

function refuseNow({ instanceId }: FoundInstance["instance"]): SpawnError {
  return new SpawnError(
    "bad-arguments",
    `--now is for an instance on EC2, and ${instanceId} is a local one`,
    {
      hint: `Leave it out: what runs gets TERM, and 10 seconds later KILL.`,
    },
  );
}

function stoppedWaiting({ kind, instance: { instanceId } }: FoundInstance, cause: unknown): SpawnError {
  const hint =
    kind === "local"
      ? `Terminate it again when it has stopped: spawn terminate ${instanceId} -y`
      : `At once, without what is not stored yet: spawn terminate ${instanceId} --now -y`;
  return new SpawnError("interrupted", `stopped waiting; ${instanceId} is ending by itself`, { hint, cause });
}

function questionOf({ instanceId, queueId }: FoundInstance["instance"]): YesQuestion {
  return {
    doing: `terminating ${instanceId}`,
    question: `Terminate ${instanceId} (queue ${queueId})?`,
    command: `spawn terminate ${instanceId} -y`,
  };
}
