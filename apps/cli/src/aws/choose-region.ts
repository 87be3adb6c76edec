import type { Settings } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";

export interface RegionSources {
  readonly flag: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the AWS config file says; asked only where nothing before it does. */
  readonly configured: () => Promise<string | undefined>;
  readonly settings: () => Promise<Pick<Settings, "region">>;
}

/**
 * The region of AWS: `--region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, the AWS config file, spawn's settings; `undefined` where
 * none says it.
 *
 * @throws SpawnError `bad-arguments` where it looks like none.
 */
export async function saidRegion({
  flag,
  env,
  configured,
  settings,
}: RegionSources): Promise<string | undefined> {
  const region =
    flag || env.AWS_REGION || env.AWS_DEFAULT_REGION || (await configured()) || (await settings()).region;
  if (region === undefined || /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) return region;
  throw new SpawnError("bad-arguments", `${JSON.stringify(region)} is no AWS region`, {
    hint: "A region looks like us-east-1. All of them: aws ec2 describe-regions --query 'Regions[].RegionName'",
  });
}

/** As `saidRegion`. @throws SpawnError `bad-arguments` also where none says it. */
export async function chooseRegion(sources: RegionSources): Promise<string> {
  const region = await saidRegion(sources);
  if (region !== undefined) return region;
  throw new SpawnError("bad-arguments", "which AWS region? Nothing says it", {
    hint: "Give --region us-east-1, set AWS_REGION, or put it into the AWS config (aws configure set region us-east-1).",
  });
}
