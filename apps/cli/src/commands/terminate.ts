import { Args } from "@oclif/core";
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
import { REF_DESCRIPTION } from "../queues/resolve-reference.js";
import { ec2InstanceRow, type InstanceRow, instanceRow } from "../render/instance-row.js";
import { askYes, type YesQuestion } from "../terminal/ask-yes.js";

export default class Terminate extends SpawnCommand {
  static override summary = "end an instance: what runs gets TERM, everything goes to the result store first";
  static override description =
    "Its results and logs stay in the result store. A terminated instance cannot be resumed; its queue can, on a new one. An instance on EC2 gets 90 seconds to store what it has, and all that was made for it is removed.";
  static override examples = ["<%= config.bin %> terminate nightly -y"];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    yes: switchFlag({ char: "y", description: "do not ask; needed where nobody can be asked" }),
    region: regionFlag(),
  };

  override async run(): Promise<InstanceRow | undefined> {
    const { args, flags } = await this.parse(Terminate);
    const found = await resolveInstance(this.context, args.ref, { region: flags.region });
    const { instance } = found;
    if (!flags.yes && !(await askYes(questionOf(instance)))) {
      this.tell("Nothing was done.");
      this.endWith(EXIT.failed);
      return undefined;
    }
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    try {
      if (instance.state === "running")
        this.progress(`Ending ${instance.instanceId}: waiting until all is stored.`);
      return await this.end(found, leaving.signal, flags.yes ?? false);
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
      throw new SpawnError("interrupted", `stopped waiting; ${instance.instanceId} is ending by itself`, {
        hint: `Terminate it again when it has stopped: spawn terminate ${instance.instanceId} -y`,
        cause: error,
      });
    } finally {
      stopListening();
    }
  }

  private async end(found: FoundInstance, signal: AbortSignal, yes: boolean): Promise<InstanceRow> {
    const time = wallTimeIn().rfc3339;
    const { instanceId, queueId } = found.instance;
    const said = (): void =>
      this.print(`Terminated ${instanceId}. Its results: spawn queue results ${queueId}`);
    if (found.kind === "local") {
      const ended = await this.context.launcher.terminate(instanceId, { signal });
      said();
      return instanceRow(ended, (await readStatus(this.context, localReference(ended))).status, time);
    }
    const launcher = await found.access.launcher(found.reference.storeRoot);
    let isWanted = true;
    const onNotAsked = async (why: string): Promise<boolean> => {
      this.tell(`⚠ ${instanceId} could not be asked to store what it has: ${why}`);
      isWanted = yes || (await askYes(questionOfLoss(found.instance)));
      return isWanted;
    };
    const ended = await launcher.terminate(instanceId, { signal, onNotAsked });
    if (isWanted) {
      said();
    } else {
      this.tell("Nothing was done.");
      this.endWith(EXIT.failed);
    }
    return ec2InstanceRow(ended, await this.stateAfter({ ...found.reference, instance: ended }), time);
  }

  /** It is ended, whether its queue can be read or not. */
  private async stateAfter(reference: Ec2Reference): Promise<QueueStatus["status"] | undefined> {
    try {
      return (await readStatus(this.context, reference)).status;
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      this.tell(`⚠ ${error.message}`);
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

function questionOf({ instanceId, queueId }: FoundInstance["instance"]): YesQuestion {
  return {
    doing: `terminating ${instanceId}`,
    question: `Terminate ${instanceId} (queue ${queueId})?`,
    command: `spawn terminate ${instanceId} -y`,
  };
}
