import type { AwsClients, Ec2Instance, Ec2Launcher } from "@spawn/aws-launcher";
import type { Clock, Random } from "@spawn/foundation";
import { findAccountBucket, makeAccountBucket, type ResultStore } from "@spawn/result-store";
import type { RunnerBinaries } from "../runner-binaries.js";

/** EC2 in one region, with the credentials of whoever calls. */
export interface Ec2Access {
  readonly region: string;
  readonly clients: AwsClients;
  /** Id of the caller's account. @throws SpawnError `permission-denied`, `aws-failed`. */
  account(): Promise<string>;
  /** Instances that spawn made in the region, newest first; terminated ones as long as EC2 tells of them. */
  list(): Promise<readonly Ec2Instance[]>;
  /** @throws SpawnError `instance-not-found`. */
  find(instanceId: string): Promise<Ec2Instance>;
  /** Where results go that are given no other place: `s3://bucket/`. The bucket may not be there yet. */
  defaultStoreRoot(): Promise<{ readonly storeRoot: string; readonly exists: boolean }>;
  /** Makes that bucket where it is not there. */
  makeDefaultStore(): Promise<string>;
  /** The store at `s3://bucket/prefix/`, which has to belong to the caller's account. */
  storeAt(storeRoot: string): Promise<ResultStore>;
  /** The launcher of queues whose results are at `s3://bucket/prefix/`. */
  launcher(storeRoot: string): Promise<Ec2Launcher>;
}

export interface Ec2AccessParts {
  readonly region: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  /** Where launches that are under way are written down. */
  readonly stateFolder: string;
  readonly runners: () => RunnerBinaries;
  readonly openStore: (
    location: string,
    options: { readonly region: string; readonly account: string },
  ) => Promise<ResultStore>;
}

export async function openEc2Access(parts: Ec2AccessParts): Promise<Ec2Access> {
  const { region, env, openStore } = parts;
  const aws = await import("@spawn/aws-launcher");
  const endpoint = env.AWS_ENDPOINT_URL;
  const clients = new aws.AwsClients({ region, ...(endpoint ? { endpoint } : {}) });
  let identity: ReturnType<typeof aws.callerIdentity> | undefined;
  const identify = () => {
    identity ??= aws.callerIdentity(clients);
    return identity;
  };
  const account = async (): Promise<string> => (await identify()).account;
  const home = async () => ({ region, account: await account(), patience: "person" }) as const;
  const stores = new Map<string, Promise<ResultStore>>();
  const storeAt = (storeRoot: string): Promise<ResultStore> => {
    const store =
      stores.get(storeRoot) ?? account().then((id) => openStore(storeRoot, { region, account: id }));
    stores.set(storeRoot, store);
    return store;
  };
  return {
    region,
    clients,
    account,
    list: () => aws.findInstances(clients),
    find: (instanceId) => aws.findInstance(clients, instanceId),
    defaultStoreRoot: async () => {
      const { name, exists } = await findAccountBucket(await home());
      return { storeRoot: `s3://${name}/`, exists };
    },
    makeDefaultStore: async () => `s3://${await makeAccountBucket(await home())}/`,
    storeAt,
    launcher: async (storeRoot) => {
      const store = await storeAt(storeRoot);
      const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(store.location) ?? [];
      return new aws.Ec2Launcher({
        ...{ clients, clock: parts.clock, random: parts.random, processes: aws.systemProcesses() },
        ...{ stateFolder: parts.stateFolder, store, bucket, prefix, runners: parts.runners() },
        createdBy: createdBy((await identify()).arn),
      });
    },
  };
}

/** `user/ada` of `arn:aws:iam::123456789012:user/ada`. */
function createdBy(arn: string): string {
  return arn.split(":").slice(5).join(":");
}
