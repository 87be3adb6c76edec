import type { Containment, InstanceLayout, MachineCapacity } from "@spawn/attempt-runner";
import type { Clock, Random } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import type { Logger } from "pino";
import type { SecretSource } from "../secret-source.js";
import type { AgentConfig } from "./agent-config.js";
import type { EndSources } from "./end-watch.js";
import type { InstanceDeadline } from "./instance-deadline.js";
import type { Machine } from "./machine.js";

/** What an agent works with. */
export interface AgentParts extends Pick<EndSources, "spotNotice" | "load"> {
  readonly config: AgentConfig;
  readonly instanceId: string;
  readonly layout: InstanceLayout;
  readonly store: ResultStore;
  readonly deadline: InstanceDeadline;
  readonly machine: Pick<Machine, "arm" | "powerOff" | "stop" | "announce">;
  readonly capacity: MachineCapacity;
  readonly containment: Containment;
  /** What jobs inherit, but for the carried variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly carried: {
    fetch(): Promise<Readonly<Record<string, string>>>;
    remove(): Promise<void>;
  };
  readonly secrets: SecretSource;
  readonly clock: Clock;
  /** How far the wall clock is ahead of the store's, in milliseconds; `undefined` where that is not known. */
  readonly clockAhead: Promise<number | undefined>;
  readonly random: Random;
  readonly log: Logger;
  /** Whoever runs the agent wants it to end. */
  readonly signal: AbortSignal;
}
