import { type InstanceCost, instanceCost, type PaidInstance, type Price } from "@spawn/aws-launcher";
import type { Context } from "../context.js";

/** What each of these costs by its hourly price of today. */
export async function priceInstances(
  context: Context,
  instances: readonly PaidInstance[],
): Promise<readonly InstanceCost[]> {
  const [first] = instances;
  if (first === undefined) return [];
  const prices = (await context.ec2(first.region)).prices();
  const asked = new Map<string, Promise<Price | undefined>>();
  const priceOf = ({ region, zone, instanceType, market }: PaidInstance): Promise<Price | undefined> => {
    const key = [region, instanceType, market, market === "spot" ? zone : ""].join(" ");
    const price = asked.get(key) ?? prices.hourly({ region, zone, instanceType, market });
    asked.set(key, price);
    return price;
  };
  const priced = await Promise.all(instances.map(priceOf));
  const nowMs = context.clock.wallMs();
  return instances.map((instance, at) => instanceCost(instance, priced[at], nowMs));
}
