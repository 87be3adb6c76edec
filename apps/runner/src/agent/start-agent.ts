import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { EC2Client, StopInstancesCommand } from "@aws-sdk/client-ec2";
import {
  detectContainment,
  type InstanceLayout,
  instanceLayout,
  machineCapacity,
} from "@spawn/attempt-runner";
import { type Clock, systemClock, systemRandom } from "@spawn/foundation";
import { openAnyStore } from "@spawn/result-store";
import type { Logger } from "pino";
import { Agent } from "./agent.js";
import { type AgentConfig, readAgentConfig } from "./agent-config.js";
import type { AgentParts } from "./agent-parts.js";
import { awsSecrets } from "./aws-secrets.js";
import { awsSettings } from "./aws-settings.js";
import { CarriedVariables } from "./carried-variables.js";
import { FailureCount } from "./failure-count.js";
import { publishHostKeys } from "./host-keys.js";
import { type Imds, type ImdsOptions, imdsClient } from "./imds.js";
import { InstanceDeadline } from "./instance-deadline.js";
import { readIdentity } from "./instance-identity.js";
import { jobEnvironment } from "./job-environment.js";
import { Machine } from "./machine.js";
import { readMachineLoad } from "./machine-load.js";
import { readSpotNotice } from "./spot-notice.js";
import { tell } from "./tell.js";

/** After so many failures in a row, another start would only cost: the shutdown that is armed ends the machine. */
const FAILURES_BEFORE_GIVING_UP = 5;

export interface AgentCommand {
  readonly config: string;
  /** Root of the instance: `/`. */
  readonly root: string;
}

/**
 * Runs the agent of this instance.
 *
 * @returns the exit status: 0 where it is not to be started again.
 */
export async function startAgent({ config: path, root }: AgentCommand, log: Logger): Promise<number> {
  const layout = instanceLayout(root);
  const failures = new FailureCount(join(layout.state, "agent-failures"));
  if (failures.count >= FAILURES_BEFORE_GIVING_UP) {
    tell(log, "the agent has failed too often and is not started again; the instance ends at its deadline");
    return 0;
  }
  try {
    const config = readAgentConfig(path);
    await new Agent(await partsOf(config, layout, log)).live();
    failures.clear();
    return 0;
  } catch (error) {
    failures.add();
    tell(log, `the agent failed: ${error instanceof Error ? error.message : String(error)}`);
    log.error(error, "the agent failed");
    return 1;
  }
}

async function partsOf(config: AgentConfig, layout: InstanceLayout, log: Logger): Promise<AgentParts> {
  const clock = systemClock();
  const deadline = new InstanceDeadline({
    path: join(layout.state, "deadline.json"),
    generation: config.generation,
    configured: Date.parse(config.deadline),
    clock,
  });
  const imds = imdsClient(imdsOptions());
  const machine = new Machine({ stopInstance: () => stopInstance(imds, config.region, clock), wait, log });
  // Before anything else that may fail or hang.
  await machine.arm(deadline.leftMs());
  const store = await openAnyStore(config.store, {
    patience: "runner",
    region: config.region,
    account: config.account,
  });
  publishHostKeys(store, config.queue_id, join(layout.root, "etc/ssh")).catch((error: unknown) => {
    log.warn({ error: String(error) }, "the ssh host keys are not in the store");
  });
  const { instanceId, isSpot } = await readIdentity(imds, clock);
  return {
    ...{ config, layout, store, deadline, machine, clock, log, instanceId },
    capacity: machineCapacity({ environment: process.env }),
    // The service may be started again while attempts run: they must not be in its cgroup.
    containment: detectContainment({ parent: "/" }),
    environment: jobEnvironment(process.env, config.region),
    carried: new CarriedVariables(config.region, config.queue_id),
    secrets: awsSecrets(config.region),
    random: systemRandom(),
    spotNotice: isSpot ? () => readSpotNotice(imds, clock.wallMs()) : undefined,
    load: readMachineLoad,
    signal: toldToEnd(log),
  };
}

function imdsOptions(): ImdsOptions {
  const endpoint = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  return endpoint === undefined ? {} : { endpoint };
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

/** TERM, as from a stop of the service or a shutdown of the machine. */
function toldToEnd(log: Logger): AbortSignal {
  const told = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      log.info({ signal: name }, "signal received");
      told.abort();
    });
  }
  return told.signal;
}
