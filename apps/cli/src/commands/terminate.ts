import { createInterface } from "node:readline/promises";
import { Args } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { wallTimeIn } from "@spawn/status-model";
import { SpawnCommand } from "../base-command.js";
import { EXIT } from "../exit-status.js";
import { switchFlag } from "../flags/switch-flag.js";
import { onInterrupt } from "../interrupts.js";
import { localReference } from "../queues/queue-reference.js";
import { readStatus } from "../queues/read-status.js";
import { REF_DESCRIPTION, resolveInstance } from "../queues/resolve-reference.js";
import { type InstanceRow, instanceRow } from "../render/instance-row.js";

export default class Terminate extends SpawnCommand {
  static override summary = "end an instance: what runs gets TERM, everything goes to the result store first";
  static override description =
    "Its results and logs stay in the result store. A terminated instance cannot be resumed.";
  static override examples = ["<%= config.bin %> terminate nightly -y"];
  static override enableJsonFlag = true;
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    yes: switchFlag({ char: "y", description: "do not ask; needed where nobody can be asked" }),
  };

  override async run(): Promise<InstanceRow | undefined> {
    const { args, flags } = await this.parse(Terminate);
    const instance = await resolveInstance(this.context, args.ref);
    if (!flags.yes && !(await this.confirmed(instance.instanceId, instance.queueId))) {
      this.tell("Nothing was done.");
      this.endWith(EXIT.failed);
      return undefined;
    }
    const leaving = new AbortController();
    const stopListening = onInterrupt(() => leaving.abort());
    try {
      if (instance.state === "running")
        this.progress(`Ending ${instance.instanceId}: waiting until all is stored.`);
      const ended = await this.context.launcher.terminate(instance.instanceId, { signal: leaving.signal });
      this.print(`Terminated ${ended.instanceId}. Its results: spawn queue results ${ended.queueId}`);
      const { status } = await readStatus(this.context, localReference(ended));
      return instanceRow(ended, status, wallTimeIn().rfc3339);
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

  private async confirmed(instanceId: string, queueId: string): Promise<boolean> {
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      throw new SpawnError(
        "bad-arguments",
        `terminating ${instanceId} needs a yes, and there is nobody to ask`,
        {
          hint: `Give it beforehand: spawn terminate ${instanceId} -y`,
        },
      );
    }
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      // Ctrl-C and Ctrl-D close the prompt without an answer.
      const closed = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
      const question = prompt.question(`Terminate ${instanceId} (queue ${queueId})? [y/N] `);
      const answer = await Promise.race([question, closed]);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      prompt.close();
    }
  }
}
