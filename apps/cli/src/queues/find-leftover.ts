import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { Context } from "../context.js";
import { findInstance } from "./find-instance.js";
import { instanceReference } from "./find-on-ec2.js";
import type { Ec2Reference } from "./queue-reference.js";

/**
 * The live instance that a reference means of those that killed launches from here left. Nothing here but the note of what
 * was begun tells of it, so EC2 is asked, where there is such a note.
 *
 * @returns `undefined` also where EC2 cannot be asked
 */
export async function findLeftover(context: Context, ref: string): Promise<Ec2Reference | undefined> {
  const regions = new Set((await context.leftovers()).map(({ region }) => region));
  for (const region of regions) {
    try {
      const instances = await leftIn(context, region);
      const found = ref === "last" ? undefined : findInstance(instances, ref);
      if (found !== undefined) return instanceReference(found);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
    }
  }
  return undefined;
}

async function leftIn(context: Context, region: string): Promise<readonly Ec2Instance[]> {
  const { leftoverOf } = await import("@spawn/aws-launcher");
  const all = await context.leftovers();
  const instances = await (await context.ec2(region)).list();
  return instances.filter((instance) => leftoverOf(all, instance) !== undefined);
}

/** What to know of an instance that a killed launch left; `undefined` of any other. */
export async function leftoverWords(context: Context, instance: Ec2Instance): Promise<string | undefined> {
  const { leftoverOf } = await import("@spawn/aws-launcher");
  if (leftoverOf(await context.leftovers(), instance) === undefined) return undefined;
  const { instanceId, queueId, region } = instance;
  return [
    `⚠ ${instanceId} is what a killed launch of ${queueId} left, and costs. The next spawn launch ends it, or spawn gc.`,
    `  Now: spawn terminate ${instanceId} --region ${region} -y`,
  ].join("\n");
}
