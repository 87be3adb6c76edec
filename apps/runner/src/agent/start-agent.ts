import { dirname, join } from "node:path";
import {
  detectContainment,
  type InstanceLayout,
  instanceLayout,
  machineCapacity,
} from "@spawn/attempt-runner";
import { systemClock, systemRandom } from "@spawn/foundation";
import { openAnyStore } from "@spawn/result-store";
import type { Logger } from "pino";
import { Agent } from "./agent.js";
import { type AgentConfig, readAgentConfig } from "./agent-config.js";
import type { AgentParts } from "./agent-parts.js";
import { awsSecrets } from "./aws-secrets.js";
import { CarriedVariables } from "./carried-variables.js";
import { FailureCount } from "./failure-count.js";
import { giveUp } from "./give-up.js";
import { publishHostKeys } from "./host-keys.js";
import { openDeadline } from "./instance-deadline.js";
import { readIdentity } from "./instance-identity.js";
import { jobEnvironment } from "./job-environment.js";
import { readMachineLoad } from "./machine-load.js";
import { readSpotNotice } from "./spot-notice.js";
import { tell } from "./tell.js";
import { thisInstance } from "./this-instance.js";

/** After so many failures in a row, another start would only cost. */
const FAILURES_BEFORE_GIVING_UP = 5;
/** Longer than any preparation takes: what fails after that has worked. */
const WORKED_MS = 60 * 60_000;

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
  const clock = systemClock();
  const failures = new FailureCount(join(dirname(layout.currentJob), "agent-failures"));
  const isGivenUp = (): boolean => failures.count >= FAILURES_BEFORE_GIVING_UP;
  if (!isGivenUp()) {
    const since = clock.bootMs();
    try {
      const config = readAgentConfig(path);
      await new Agent(await partsOf(config, layout, log)).live();
      failures.clear();
      return 0;
    } catch (error) {
      if (clock.bootMs() - since >= WORKED_MS) failures.clear();
      const message = error instanceof Error ? error.message : String(error);
      failures.add(message);
      tell(log, `the agent failed: ${message}`);
      log.error(error, "the agent failed");
      if (!isGivenUp()) return 1;
    }
  }
  await giveUp({
    ...{ path, layout, clock, log },
    why: `the agent has failed ${failures.count} times in a row, at last with: ${failures.last}`,
  });
  return 0;
}

async function partsOf(config: AgentConfig, layout: InstanceLayout, log: Logger): Promise<AgentParts> {
  const clock = systemClock();
  const deadline = openDeadline(config, layout, clock);
  const { imds, machine } = thisInstance({ ...config, clock, log });
  // Before anything else that may fail or hang.
  await machine.arm(deadline.leftMs());
  const store = await openAnyStore(config.store, {
    patience: "runner",
    region: config.region,
    account: config.account,
  });
  const sshFolder = join(layout.root, "etc/ssh");
  const clockAhead = publishHostKeys(store, config.queue_id, () => clock.wallMs(), sshFolder).catch(
    (error: unknown) => {
      log.warn({ error: String(error) }, "the ssh host keys are not in the store");
      return undefined;
    },
  );
  const { instanceId, isSpot } = await readIdentity(imds, clock);
  return {
    ...{ config, layout, store, deadline, machine, clock, log, instanceId, clockAhead },
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
