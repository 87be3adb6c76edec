import { setTimeout as wait } from "node:timers/promises";
import { EC2Client, StopInstancesCommand } from "@aws-sdk/client-ec2";
import type { Clock } from "@spawn/foundation";
import type { Logger } from "pino";
import { awsSettings } from "./aws-settings.js";
import { type Imds, imdsClient } from "./imds.js";
import { readIdentity } from "./instance-identity.js";
import { Machine } from "./machine.js";

export interface ThisInstance {
  readonly imds: Imds;
  readonly machine: Machine;
}

/** The instance that the agent is on. */
export function thisInstance({
  region,
  clock,
  log,
}: {
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
}): ThisInstance {
  const endpoint = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  const imds = imdsClient(endpoint === undefined ? {} : { endpoint });
  const machine = new Machine({ stopInstance: () => stopInstance(imds, region, clock), wait, log });
  return { imds, machine };
}

async function stopInstance(imds: Imds, region: string, clock: Clock): Promise<void> {
  const { instanceId } = await readIdentity(imds, clock);
  const client = new EC2Client(awsSettings(region));
  try {
    await client.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  } finally {
    client.destroy();
  }
}
