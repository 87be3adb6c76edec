import { Flags } from "@oclif/core";

/** The AWS region in which something is meant; without it nothing on this machine is passed over. */
export function regionFlag() {
  return Flags.string({
    description: "look on EC2 in this AWS region; default: what this machine knows, then AWS_REGION",
    helpValue: "REGION",
  });
}
