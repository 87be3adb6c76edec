import type {
  AwsClients,
  gc as collectAll,
  Ec2Instance,
  Ec2Launcher,
  GcReport,
  Prices,
  QueueRequest,
  Survey,
  SurveyRequest,
} from "@spawn/aws-launcher";
import type { Clock, Random } from "@spawn/foundation";
import {
  type FoundBucket,
  findAccountBucket,
  makeAccountBucket,
  type ResultStore,
} from "@spawn/result-store";
import type { RunnerBinaries } from "../runner-binaries.js";

/** EC2 in one region, with the credentials of whoever calls. */
export interface Ec2Access {
  readonly region: string;
  readonly clients: AwsClients;
  /** Id of the caller's account. @throws SpawnError `permission-denied`, `aws-failed`. */
  account(): Promise<string>;
  /** Instances that spawn made in the region, newest first; terminated ones as long as EC2 tells of them. Of one queue if one is given. */
  list(queueId?: string): Promise<readonly Ec2Instance[]>;
  /**
   * One that was launched from here a moment ago is waited for: EC2 does not know everywhere at once what it has made.
   *
   * @throws SpawnError `instance-not-found`.
   */
  find(instanceId: string): Promise<Ec2Instance>;
  /** What EC2 says now. @throws SpawnError `instance-not-found`. */
  findNow(instanceId: string): Promise<Ec2Instance>;
  /** What AWS says of what a launch asks for. @throws SpawnError where it is awaited, and nowhere else. */
  survey(request: SurveyRequest): Promise<Survey>;
  /** The account's own bucket for results in the region, which may not be there yet. */
  defaultBucket(): Promise<FoundBucket>;
  /** Makes it where it is not there. Returns its name. */
  makeDefaultBucket(): Promise<string>;
  /** The store at `s3://bucket/prefix/`, which has to belong to the caller's account. */
  storeAt(storeRoot: string): Promise<ResultStore>;
  /** The launcher of queues whose results are at `s3://bucket/prefix/`. */
  launcher(storeRoot: string): Promise<Ec2Launcher>;
  /**
   * Ends what launches left behind whose process was killed on this machine.
   *
   * @returns the queues of which nothing is left.
   */
  endLeftovers(): Promise<readonly string[]>;
  /** Leaves a request for a queue's agent in its store. @throws SpawnError `permission-denied`, `store-failed`. */
  ask(storeRoot: string, queueId: string, request: QueueRequest): Promise<void>;
  /** In all regions. @throws SpawnError `permission-denied`, `aws-failed`. */
  gc(options: GcOptions): Promise<GcReport>;
  /** What instances cost. */
  prices(): Prices;
}

type GcOptions = Parameters<typeof collectAll>[1];

export interface Ec2AccessParts {
  readonly region: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  /** Where launches that are under way are written down. */
  readonly stateFolder: string;
  /** When an instance was launched from here, in milliseconds since the Unix epoch. */
  readonly launchedAtMs: (instanceId: string) => number | undefined;
  readonly runners: () => RunnerBinaries;
  readonly openStore: (
    location: string,
    options: { readonly region: string; readonly account: string },
  ) => Promise<ResultStore>;
}

export async function openEc2Access(parts: Ec2AccessParts): Promise<Ec2Access> {
  const { region, env, openStore, launchedAtMs } = parts;
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
    list: (queueId) => aws.findInstances(clients, queueId),
    find: (instanceId) => aws.findMadeInstance({ clients, clock: parts.clock, launchedAtMs }, instanceId),
    findNow: (instanceId) => aws.findInstance(clients, instanceId),
    survey: (request) => {
      const asked = aws.survey(clients, request);
      asked.catch(() => undefined);
      return asked;
    },
    defaultBucket: async () => findAccountBucket(await home()),
    makeDefaultBucket: async () => makeAccountBucket(await home()),
    storeAt,
    launcher: async (storeRoot) => {
      const store = await storeAt(storeRoot);
      const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(store.location) ?? [];
      return new aws.Ec2Launcher({
        ...{ clients, clock: parts.clock, random: parts.random, processes: aws.systemProcesses() },
        ...{ stateFolder: parts.stateFolder, store, bucket, prefix, runners: parts.runners(), launchedAtMs },
        createdBy: createdBy((await identify()).arn),
      });
    },
    endLeftovers: () => {
      const { clock, stateFolder } = parts;
      return aws.endLeftovers({ clients, clock, stateFolder, processes: aws.systemProcesses() });
    },
    ask: async (storeRoot, queueId, request) => {
      const { clock, random } = parts;
      await aws.putRequest({ store: await storeAt(storeRoot), clock, random }, queueId, request);
    },
    gc: (options) => {
      const { clock, stateFolder } = parts;
      return aws.gc({ clients, clock, stateFolder, processes: aws.systemProcesses() }, options);
    },
    prices: () => new aws.Prices({ clients, clock: parts.clock, stateFolder: parts.stateFolder }),
  };
}

/** `user/ada` of `arn:aws:iam::123456789012:user/ada`. */
function createdBy(arn: string): string {
  return arn.split(":").slice(5).join(":");
}
