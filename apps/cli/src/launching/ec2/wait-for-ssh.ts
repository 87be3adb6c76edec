import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Ec2Instance } from "@spawn/aws-launcher";
import { type Clock, SpawnError } from "@spawn/foundation";
import type { Ec2Access } from "../../aws/ec2-access.js";

const ANSWERS_WITHIN_MS = 5 * 60_000;
const LOOK_EVERY_MS = 3_000;
const TRY_FOR_MS = 5_000;
const SSH_PORT = 22;

export interface WaitForSshOptions {
  readonly clock: Clock;
  readonly port?: number;
  readonly lookEveryMs?: number;
  readonly withinMs?: number;
}

/**
 * Waits until an instance's ssh server says its first words; returns the instance with its address.
 *
 * @throws SpawnError `wait-timed-out` after five minutes; `already-over` where the instance ends meanwhile.
 */
export async function waitForSsh(
  access: Pick<Ec2Access, "find">,
  instanceId: string,
  { clock, port = SSH_PORT, lookEveryMs = LOOK_EVERY_MS, withinMs = ANSWERS_WITHIN_MS }: WaitForSshOptions,
): Promise<Ec2Instance> {
  const end = clock.bootMs() + withinMs;
  for (;;) {
    const instance = await access.find(instanceId);
    const address = instance.publicAddress ?? instance.privateAddress;
    if (instance.state !== "pending" && instance.state !== "running") throw ended(instance);
    if (address !== undefined && (await saysSsh(address, port))) return instance;
    if (clock.bootMs() + lookEveryMs > end) {
      throw new SpawnError(
        "wait-timed-out",
        `ssh on ${instanceId} (${address ?? "no address"}) does not answer`,
        {
          hint: `The instance goes on. Look at its queue: spawn queue status ${instanceId}`,
        },
      );
    }
    await wait(lookEveryMs);
  }
}

function ended({ instanceId, state }: Ec2Instance): SpawnError {
  return new SpawnError("already-over", `${instanceId} is ${state}: nothing will answer there`, {
    hint: `See why: spawn queue status ${instanceId}`,
  });
}

/** Whether a server there greets as ssh does: an open port alone may be anything on the way. */
function saysSsh(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (says: boolean): void => {
      socket.destroy();
      resolve(says);
    };
    socket.setTimeout(TRY_FOR_MS, () => done(false));
    socket.once("data", (greeting) => done(greeting.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
  });
}
