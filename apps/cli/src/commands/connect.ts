import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { Args, Flags } from "@oclif/core";
import { explainFileError, SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import { SpawnCommand } from "../base-command.js";
import { REF_DESCRIPTION, resolveInstance } from "../queues/resolve-reference.js";

export default class Connect extends SpawnCommand {
  static override summary = "open a shell on an instance, or run one command there";
  static override description =
    "The shell starts in the instance's root folder. Of a local instance this is a folder of this machine, so that what lies in /var/log/spawn-queue on EC2 is in var/log/spawn-queue here. SPAWN_INSTANCE_ID and QUEUE_ID are set. With -c the command's exit status is passed on.";
  static override examples = [
    "<%= config.bin %> connect last",
    "<%= config.bin %> connect last -c 'tail -f var/log/spawn-queue/train.log'",
  ];
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    command: Flags.string({
      char: "c",
      description: "run this with sh instead of a shell",
      helpValue: "COMMAND",
    }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Connect);
    const instance = await resolveInstance(this.context, args.ref);
    if (!existsSync(instance.root)) {
      throw new SpawnError(
        "instance-not-found",
        `the folder of ${instance.instanceId} is gone: ${instance.root}`,
      );
    }
    const shell = this.context.env.SHELL ?? "/bin/sh";
    const program = flags.command === undefined ? [shell] : ["/bin/sh", "-c", flags.command];
    process.exitCode = await this.attach(instance, program);
  }

  /** Runs a program in the instance's folder on this terminal. @returns its exit status, 128 + n for signal n */
  private attach(instance: Instance, [program = "/bin/sh", ...args]: readonly string[]): Promise<number> {
    // The terminal sends Ctrl-C to the program as well, which decides what it means.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    const child = spawn(program, args, {
      cwd: instance.root,
      stdio: "inherit",
      env: { ...this.context.env, SPAWN_INSTANCE_ID: instance.instanceId, QUEUE_ID: instance.queueId },
    });
    return new Promise<number>((resolve, reject) => {
      child.once("error", (error) => reject(explainFileError(error, "cannot start the shell", program)));
      child.once("exit", (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    }).finally(() => process.off("SIGINT", ignore));
  }
}
