import { existsSync } from "node:fs";
import { join } from "node:path";
import type { InstanceLayout } from "@spawn/attempt-runner";
import { type Clock, SpawnError } from "@spawn/foundation";
import { openAnyStore } from "@spawn/result-store";
import type { KeptInstance } from "@spawn/status-model";
import type { Logger } from "pino";
import { type AfterGivingUp, afterGivingUp } from "./after-giving-up.js";
import { type AgentConfig, readAgentConfig } from "./agent-config.js";
import { pause } from "./insist.js";
import { openDeadline } from "./instance-deadline.js";
import { readIdentity } from "./instance-identity.js";
import type { Machine } from "./machine.js";
import { type GivenUpQueue, publishGivenUp } from "./publish-given-up.js";
import { StopMark } from "./stop-mark.js";
import { tell } from "./tell.js";
import { type ThisInstance, thisInstance } from "./this-instance.js";

/** For the store to be told, which may be what has failed. */
const PUBLISH_WITHIN_MS = 30_000;

export interface GivingUp {
  /** Of the agent's configuration. */
  readonly path: string;
  readonly layout: InstanceLayout;
  readonly clock: Clock;
  readonly log: Logger;
  readonly why: string;
}

/**
 * The agent of this instance is not started again: sees to it that the instance does not cost more than somebody needs to look
 * at it, and says why, on the console and in the store.
 */
export async function giveUp({ path, layout, clock, log, why }: GivingUp): Promise<void> {
  const config = readable(path);
  const here = thisInstance({ region: config?.region ?? "", clock, log });
  const mark = new StopMark(layout.state);
  const after = afterGivingUp({
    config,
    hasBegun: existsSync(join(layout.state, "begun")),
    wasStopped: mark.isSet,
  });
  const left = config && leftMs(config, layout, clock);
  const endsAt = await armEnd(after, here.machine, clock, left);
  const message = `${why}; it is not started again${wordsOf(after, endsAt)}`;
  tell(log, message);
  here.machine.announce(message);
  if (config !== undefined) {
    const deadline = left === undefined ? undefined : clock.wallMs() + left;
    const kept = keptOf(after, endsAt ?? deadline);
    const published = publish(config, here, { message, endsAt, kept, clock }).catch((error: unknown) => {
      tell(log, `the result store cannot be told: ${error instanceof Error ? error.message : String(error)}`);
    });
    await Promise.race([published, pause(clock, PUBLISH_WITHIN_MS)]);
  }
  if (after.kind !== "stop") return;
  mark.set();
  await here.machine.stop();
}

function readable(path: string): AgentConfig | undefined {
  try {
    return readAgentConfig(path);
  } catch (error) {
    if (error instanceof SpawnError) return undefined;
    throw error;
  }
}

/** Of a full disk, what the launch has said counts. */
function leftMs(config: AgentConfig, layout: InstanceLayout, clock: Clock): number {
  try {
    return openDeadline(config, layout, clock).leftMs();
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return Date.parse(config.deadline) - clock.wallMs();
  }
}

/** @returns when the instance ends, as far as that is known; wall clock, ms since the Unix epoch. */
async function armEnd(
  after: AfterGivingUp,
  machine: Machine,
  clock: Clock,
  leftMs = Number.POSITIVE_INFINITY,
): Promise<number | undefined> {
  if (after.kind !== "end-in") return undefined;
  const ms = Math.min(after.ms, leftMs);
  return (await machine.arm(ms)) ? clock.wallMs() + ms : undefined;
}

function wordsOf(after: AfterGivingUp, endsAt: number | undefined): string {
  if (after.kind === "stop") return ", and the instance is stopped: its disk stays";
  return endsAt === undefined
    ? "; the instance ends at its deadline"
    : `; the instance ends at ${new Date(endsAt).toISOString()}`;
}

function keptOf({ kind }: AfterGivingUp, until: number | undefined): KeptInstance | undefined {
  if (until === undefined) return undefined;
  return { until: Math.ceil(until), as: kind === "stop" ? "stopped" : "running" };
}

async function publish(
  { store, region, account, queue_id: queueId }: AgentConfig,
  { imds }: ThisInstance,
  { clock, ...told }: Pick<GivenUpQueue, "message" | "endsAt" | "kept"> & { readonly clock: Clock },
): Promise<void> {
  const { instanceId } = await readIdentity(imds, clock);
  const opened = await openAnyStore(store, { patience: "person", region, account });
  await publishGivenUp(opened, { queueId, instanceId, ...told, wallMs: clock.wallMs() });
}
