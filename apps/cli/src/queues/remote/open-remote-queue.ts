import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { Context } from "../../context.js";
import type { Ec2Reference } from "../queue-reference.js";
import { storeOf } from "../store-of.js";
import { RemoteQueue } from "./remote-queue.js";
import { unknownStatus } from "./unknown-status.js";

/** @throws SpawnError where AWS cannot be asked at all. */
export async function openRemoteQueue(context: Context, reference: Ec2Reference): Promise<RemoteQueue> {
  const { queueId, instanceId, region, instance } = reference;
  const store = await storeOf(context, reference).catch((error: unknown) => {
    throw unknownStatus(queueId, error);
  });
  let told = instance;
  const seen = new Map<string, Ec2Instance>();
  return new RemoteQueue({
    ...{ store, queueId, instanceId, clock: context.clock },
    instanceState: async (id) => {
      // What was asked to find the queue need not be asked again; later it may have changed.
      const instance = told?.instanceId === id ? told : await foundNow(context, region, id);
      told = undefined;
      if (instance === undefined) return { state: "gone" };
      seen.set(id, instance);
      return instance;
    },
    hourlyPrice: async (id) => {
      const instance = seen.get(id);
      if (instance === undefined) return undefined;
      return (await (await context.ec2(region)).prices().hourly(instance))?.usd;
    },
  });
}

async function foundNow(
  context: Context,
  region: string,
  instanceId: string,
): Promise<Ec2Instance | undefined> {
  try {
    return await (await context.ec2(region)).findNow(instanceId);
  } catch (error) {
    if (error instanceof SpawnError && error.code === "instance-not-found") return undefined;
    throw error;
  }
}
