import { Flags } from "@oclif/core";
import { ON_COMPLETE } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { durationFlag } from "../../flags/duration-flag.js";
import { switchFlag } from "../../flags/switch-flag.js";

const helpGroup = "EC2";

/** Flags of a launch that mean something on EC2 only. */
export const ec2Flags = {
  "instance-type": Flags.string({
    description: "on EC2: the instance type; of several the next is tried where one cannot be had",
    helpValue: "TYPE[,TYPE…]",
    helpGroup,
  }),
  region: Flags.string({
    description: "AWS region; default: AWS_REGION, the AWS config file, the settings",
    helpGroup,
  }),
  ttl: durationFlag({
    description:
      "the instance ends after this, whatever happens; default: the timeouts along the critical path, all attempts counted, and 30 minutes more; at most 24h",
    helpGroup,
  }),
  "on-complete": Flags.option({
    description: "what the instance does when its queue is over; default: it terminates",
    options: ON_COMPLETE,
    helpGroup,
  })(),
  "keep-on-failure": durationFlag({
    description:
      "without --on-complete: how long the instance stays after a failed queue, to be looked at; default: 1h",
    exclusive: ["on-complete"],
    helpGroup,
  }),
  "idle-timeout": durationFlag({
    description: "the instance ends when no queue runs and it has done nothing for so long",
    helpGroup,
  }),
  spot: switchFlag({ description: "a spot instance", helpGroup }),
  "spot-max-price": Flags.string({
    description: "the most to pay, in US dollars an hour; default: the on-demand price",
    helpValue: "USD",
    dependsOn: ["spot"],
    helpGroup,
  }),
  "on-demand-fallback": switchFlag({
    description: "where no spot instance can be had, take an on-demand one",
    dependsOn: ["spot"],
    helpGroup,
  }),
  zone: Flags.string({
    description: "only in these availability zones",
    helpValue: "ZONE[,ZONE…]",
    helpGroup,
  }),
  subnet: Flags.string({
    description: "in this subnet; default: those of the default VPC",
    helpValue: "SUBNET-ID",
    helpGroup,
  }),
  ami: Flags.string({
    description: "image; default: Amazon Linux 2023, with NVIDIA's driver for instance types with a GPU",
    helpValue: "AMI-ID",
    helpGroup,
  }),
  "volume-size": Flags.integer({
    description: "size of the root volume; default: 20, or what the image needs",
    helpValue: "GIB",
    min: 1,
    max: 16_384,
    helpGroup,
  }),
  "iam-policy": Flags.string({
    description: "what the jobs may do on AWS besides, such as s3:ReadOnly,logs:WriteOnly",
    helpValue: "NAME[,NAME…]",
    helpGroup,
  }),
  "iam-policy-file": Flags.string({
    description: "an IAM policy document with what the jobs may do on AWS besides",
    helpValue: "FILE",
    helpGroup,
  }),
  "iam-role": Flags.string({
    description: "an instance profile of your own, instead of the role that spawn makes for the queue",
    helpValue: "NAME",
    exclusive: ["iam-policy", "iam-policy-file"],
    helpGroup,
  }),
  ssh: switchFlag({ description: "let ssh in, from this machine's address alone", helpGroup }),
  "ssh-key": Flags.string({
    description: "the public key for ssh; default: one in ~/.ssh, else the first of ssh-agent",
    helpValue: "FILE",
    helpGroup,
  }),
  "ssh-from": Flags.string({
    description: "let ssh in from here instead, such as 203.0.113.7 or 203.0.113.0/24",
    helpValue: "ADDRESS",
    helpGroup,
  }),
  "wait-for-ssh": switchFlag({ description: "let ssh in, and wait until it answers", helpGroup }),
  "completion-file": Flags.string({
    description: "a job that writes this file says that the work is done; default: /tmp/SPAWN_COMPLETE",
    helpValue: "PATH",
    helpGroup,
  }),
  "completion-delay": durationFlag({
    description: "how long after that file the instance ends; default: 30s",
    helpGroup,
  }),
  yes: switchFlag({
    char: "y",
    description: "ship a work folder of more than 1 GB without asking",
    helpGroup,
  }),
};

export interface Ec2FlagValues {
  readonly "instance-type": string | undefined;
  readonly region: string | undefined;
  readonly ttl: number | undefined;
  readonly "on-complete": (typeof ON_COMPLETE)[number] | undefined;
  readonly "keep-on-failure": number | undefined;
  readonly "idle-timeout": number | undefined;
  readonly spot: boolean | undefined;
  readonly "spot-max-price": string | undefined;
  readonly "on-demand-fallback": boolean | undefined;
  readonly zone: string | undefined;
  readonly subnet: string | undefined;
  readonly ami: string | undefined;
  readonly "volume-size": number | undefined;
  readonly "iam-policy": string | undefined;
  readonly "iam-policy-file": string | undefined;
  readonly "iam-role": string | undefined;
  readonly ssh: boolean | undefined;
  readonly "ssh-key": string | undefined;
  readonly "ssh-from": string | undefined;
  readonly "wait-for-ssh": boolean | undefined;
  readonly "completion-file": string | undefined;
  readonly "completion-delay": number | undefined;
  readonly yes: boolean | undefined;
}

/** @throws SpawnError `bad-arguments` for a flag that means nothing on this machine. */
export function refuseEc2Flags(flags: Ec2FlagValues, why: string): void {
  const values: Readonly<Record<string, unknown>> = { ...flags };
  const given = Object.keys(ec2Flags).find((name) => values[name] !== undefined);
  if (given === undefined) return;
  throw new SpawnError("bad-arguments", `--${given} is for EC2, and ${why}`, {
    hint: "Leave it out, or launch on EC2: --provider ec2 --instance-type TYPE",
  });
}
