import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { Context } from "../context.js";

/** What EC2 says of spawn's instances, and where it could not be asked. */
export interface Ec2Listing {
  readonly instances: readonly Ec2Instance[];
  /** Regions of which nobody knows what is in them. */
  readonly failures: readonly { readonly region: string; readonly error: SpawnError }[];
  /** No region is said anywhere, so that EC2 was not asked at all. */
  readonly isUnset: boolean;
}

/**
 * Asks EC2 in the region that is named; else in the one that environment and settings say, and in those of the launches
 * that were made from here.
 */
export async function listOnEc2(context: Context, region: string | undefined): Promise<Ec2Listing> {
  const regions = await regionsToAsk(context, region);
  const instances: Ec2Instance[] = [];
  const failures: { region: string; error: SpawnError }[] = [];
  await Promise.all(
    regions.map(async (one) => {
      try {
        instances.push(...(await (await context.ec2(one)).list()));
      } catch (error) {
        if (!(error instanceof SpawnError)) throw error;
        failures.push({ region: one, error });
      }
    }),
  );
  return { instances, failures, isUnset: regions.length === 0 };
}

async function regionsToAsk(context: Context, region: string | undefined): Promise<readonly string[]> {
  if (region !== undefined) return [(await context.ec2(region)).region];
  const said = await context.defaultRegion();
  const launchedIn = context.ec2Launches.all().map((record) => record.region);
  return [...new Set([...(said === undefined ? [] : [said]), ...launchedIn])];
}
