import { existsSync } from "node:fs";
import { join } from "node:path";
import { Args, Flags } from "@oclif/core";
import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import type { Ec2Access } from "../aws/ec2-access.js";
import { SpawnCommand } from "../base-command.js";
import { attachProgram } from "../connecting/attach-program.js";
import { pinHostKeys } from "../connecting/pinned-host-keys.js";
import { loginUser, sessionManagerCommand, sshArguments } from "../connecting/ssh-command.js";
import { EXIT } from "../exit-status.js";
import { regionFlag } from "../flags/region-flag.js";
import { switchFlag } from "../flags/switch-flag.js";
import { type FoundInstance, resolveInstance } from "../queues/found-instance.js";
import { REF_DESCRIPTION } from "../queues/resolve-reference.js";
import { storeOf } from "../queues/store-of.js";

interface ConnectFlags {
  readonly command?: string | undefined;
  readonly user?: string | undefined;
  readonly identity?: string | undefined;
  readonly private?: boolean | undefined;
}

export default class Connect extends SpawnCommand {
  static override summary = "open a shell on an instance, or run one command there";
  static override description =
    "On EC2 this is ssh, for an instance that was launched with --ssh: no host key is believed but those that its agent has left in its queue's store. Where it has no public address, the command for Session Manager is printed. Of a local instance the shell starts in its root folder, so that what lies in /var/log/spawn-queue on EC2 is in var/log/spawn-queue here; SPAWN_INSTANCE_ID and QUEUE_ID are set. With -c the command's exit status is passed on.";
  static override examples = [
    "<%= config.bin %> connect last",
    "<%= config.bin %> connect nightly -c 'tail -f /var/log/spawn-queue/train.log'",
    "<%= config.bin %> connect local-run -c 'tail -f var/log/spawn-queue/train.log'",
    "<%= config.bin %> connect nightly --user ubuntu -i ~/.ssh/team_ed25519",
  ];
  static override args = { ref: Args.string({ description: REF_DESCRIPTION, required: true }) };
  static override flags = {
    command: Flags.string({
      char: "c",
      description: "run this with sh instead of a shell",
      helpValue: "COMMAND",
    }),
    user: Flags.string({
      char: "l",
      description: "on EC2: the user to log in as; default: the image's own (ec2-user, ubuntu, admin)",
    }),
    identity: Flags.string({
      char: "i",
      description:
        "on EC2: private key file; default: that of the key which the launch from here was given, else what ssh finds",
      helpValue: "FILE",
    }),
    private: switchFlag({ description: "on EC2: by its private address, from within its network" }),
    region: regionFlag(),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Connect);
    const found = await resolveInstance(this.context, args.ref, { region: flags.region });
    if (found.kind === "local") {
      const unfit = (["user", "identity", "private"] as const).find((name) => flags[name] !== undefined);
      if (unfit !== undefined)
        throw new SpawnError("bad-arguments", `--${unfit} is for instances on EC2; ${args.ref} is here`);
      process.exitCode = await this.connectHere(found.instance, flags.command);
    } else {
      await this.connectByAddress(found, flags);
    }
  }

  private connectHere(instance: Instance, command: string | undefined): Promise<number> {
    if (!existsSync(instance.root)) {
      throw new SpawnError(
        "instance-not-found",
        `the folder of ${instance.instanceId} is gone: ${instance.root}`,
      );
    }
    const { env } = this.context;
    const program = command === undefined ? [env.SHELL ?? "/bin/sh"] : ["/bin/sh", "-c", command];
    return attachProgram(program, {
      cwd: instance.root,
      env: { ...env, SPAWN_INSTANCE_ID: instance.instanceId, QUEUE_ID: instance.queueId },
    });
  }

  private async connectByAddress(
    { instance, access, reference }: Extract<FoundInstance, { kind: "ec2" }>,
    flags: ConnectFlags,
  ): Promise<void> {
    const { instanceId, state } = instance;
    if (state !== "running" && state !== "pending") {
      throw new SpawnError("already-over", `${instanceId} is ${state}: there is nothing to connect to`, {
        hint: `How its queue stands: spawn queue status ${instance.queueId}`,
      });
    }
    const address = flags.private ? instance.privateAddress : instance.publicAddress;
    if (address === undefined) return this.printSession(instance);
    if (instance.keyName === undefined) throw noKey(instance);
    const knownHosts = await pinHostKeys(
      await storeOf(this.context, reference),
      instance,
      join(this.context.paths.state, "known-hosts"),
    );
    const user = flags.user ?? loginUser(await imageName(access, instance));
    const { command } = flags;
    const identity = flags.identity ?? this.knownIdentity(instanceId);
    const args = sshArguments({ instanceId, address, user, knownHosts, identity, command });
    process.exitCode = await attachProgram(["ssh", ...args], { env: this.context.env });
  }

  private knownIdentity(instanceId: string): string | undefined {
    const records = this.context.ec2Launches.all();
    const identity = records.find((record) => record.instanceId === instanceId)?.identity;
    return identity !== undefined && existsSync(identity) ? identity : undefined;
  }

  private printSession(instance: Ec2Instance): void {
    this.tell(
      `${instance.instanceId} has no public address. Where its role allows Session Manager (AmazonSSMManagedInstanceCore), this opens a shell:`,
    );
    this.print(sessionManagerCommand(instance.instanceId, instance.region));
    this.endWith(EXIT.failed);
  }
}

function noKey({ instanceId, region }: Ec2Instance): SpawnError {
  return new SpawnError(
    "not-supported",
    `${instanceId} was launched without an ssh key, and no port is open`,
    {
      hint: `Launch with --ssh to have one. Where its role allows Session Manager: ${sessionManagerCommand(instanceId, region)}`,
    },
  );
}

/** `undefined` where nobody tells: the name only saves saying --user. */
async function imageName({ clients }: Ec2Access, { imageId }: Ec2Instance): Promise<string | undefined> {
  try {
    const { Images = [] } = await (await clients.ec2()).describeImages({ ImageIds: [imageId] });
    return Images[0]?.Name;
  } catch {
    return undefined;
  }
}
