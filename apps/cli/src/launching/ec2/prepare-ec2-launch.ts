import { resolve } from "node:path";
import type { Ec2LaunchRequest, PlannedLaunch, Price, Survey } from "@spawn/aws-launcher";
import { type QueueSpec, serializeQueueSpec, toDagInput } from "@spawn/config-schema";
import { buildGraph } from "@spawn/dag-core";
import { formatDuration } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { type EstimatedDuration, estimatedDuration } from "@spawn/status-model";
import type { Ec2Access } from "../../aws/ec2-access.js";
import { type StorePlace, storePlace } from "../../aws/store-root.js";
import type { Context } from "../../context.js";
import { checkEnvironment, launchEnvironment, refuseGivenGpus } from "../environment.js";
import { type LaunchOptions, validSpec, wantedQueueId } from "../prepare-launch.js";
import { type ReadQueueFile, readQueueFile } from "../queue-file.js";
import { refuseTakenName } from "../refuse-taken-name.js";
import { type ChosenWorkdir, chooseWorkdir, workdirWarnings } from "../workdir/choose-workdir.js";
import { carriedValues } from "./carried-values.js";
import { defaultTtlMs } from "./default-ttl.js";
import type { Ec2FlagValues } from "./ec2-flags.js";
import { ec2Options, said } from "./ec2-options.js";
import { checkInstanceRoom } from "./instance-room.js";
import { queueSecrets } from "./queue-secrets.js";
import { sshAccess } from "./ssh-access.js";
import { unshippedScripts } from "./unshipped-scripts.js";

/** A launch on EC2 of which everything that can be checked beforehand was found good. Nothing is made yet. */
export interface PreparedEc2Launch {
  readonly options: LaunchOptions;
  readonly spec: QueueSpec;
  readonly source: ReadQueueFile;
  readonly access: Ec2Access;
  readonly place: StorePlace;
  /** With the id to claim; without the work folder. */
  readonly request: Ec2LaunchRequest;
  readonly planned: PlannedLaunch;
  readonly workdir: ChosenWorkdir | undefined;
  /** The private key file for ssh, where it is known. */
  readonly identity: string | undefined;
  /** Whether the store has something under the id. */
  readonly isTaken: boolean;
  readonly estimate: EstimatedDuration;
  /** Of an hour of what is tried first. */
  readonly price: Price | undefined;
  /** Of the queue file's diagnostics nothing. */
  readonly warnings: readonly string[];
}

/**
 * Checks a launch on EC2: first all that needs no network, then who calls, then the rest at once.
 *
 * @throws SpawnError `bad-queue-file`, `bad-arguments`, `no-capacity`, `permission-denied`, `quota-exceeded`, `aws-failed`.
 */
export async function prepareEc2Launch(
  context: Context,
  options: LaunchOptions,
  flags: Ec2FlagValues,
  color: boolean,
): Promise<PreparedEc2Launch> {
  const { cwd, env } = context;
  const settings = await context.settings();
  const { role, ttlMs, ...recipe } = await ec2Options(flags, settings, cwd);
  const environment = launchEnvironment(env, options.env);
  const carriedNames = new Set(environment.carried);
  const source = readQueueFile(options.file, (name) => carriedNames.has(name));
  const spec = validSpec(source, color);
  refuseGivenGpus(spec, environment.carried);
  checkEnvironment(spec, environment.variables);
  const queueId = wantedQueueId(context, options, spec);
  const folder = options.workdir ?? spec.workdir;
  const workdir =
    folder === undefined ? undefined : await chooseWorkdir(resolve(cwd, folder), flags.yes ?? false);
  const access = await context.ec2(flags.region);
  await access.account();
  const surveyed = access.survey(recipe);
  const [sshFound, place] = await Promise.all([
    sshAccess(flags, { env, cwd }),
    storePlace(access, spec, settings),
  ]);
  const request: Ec2LaunchRequest = {
    ...recipe,
    queueId,
    queueFile: serializeQueueSpec({ ...spec, queueId }),
    ...said({ name: options.name, ssh: sshFound && { publicKey: sshFound.publicKey, from: sshFound.from } }),
    tags: { ...settings.tags, ...options.tags },
    ttlMs: ttlMs ?? defaultTtlMs(spec),
    role: role.kind === "existing" ? role : { ...role, secrets: queueSecrets(spec) },
    carried: carriedValues(spec, environment),
  };
  const { name } = options;
  const [{ planned, price }, isTaken, instances] = await Promise.all([
    planOnEc2(access, place.storeRoot, request, spec, surveyed),
    place.isMissing ? false : isClaimed(access, place.storeRoot, queueId),
    name === undefined ? [] : access.list(),
  ]);
  if (name !== undefined) refuseTakenName(instances, name);
  const estimate = estimatedDuration(buildGraph(toDagInput(spec)));
  return {
    ...{ options, spec, source, access, place, request, planned, workdir, isTaken, price, estimate },
    identity: sshFound?.identity,
    warnings: [...warningsOf(spec, cwd, workdir, planned), ...shortLife(request.ttlMs, estimate)],
  };
}

/** Looks for all that would make the launch fail on AWS. @param surveyed what AWS says of it, where that was asked before */
export async function planOnEc2(
  access: Ec2Access,
  storeRoot: string,
  request: Ec2LaunchRequest,
  spec: QueueSpec,
  surveyed?: Promise<Survey>,
): Promise<{ readonly planned: PlannedLaunch; readonly price: Price | undefined }> {
  const prices = access.prices();
  const likely = likelyPrice(prices, access.region, request);
  const planned = await (await access.launcher(storeRoot)).plan(request, surveyed);
  checkInstanceRoom(spec, planned.types);
  const [first] = planned.plan.rungs;
  await likely;
  const price = first && (await prices.hourly({ ...first, region: access.region }));
  return { planned, price };
}

/** Asks, while all else is looked up, for what will most likely be launched: the price that is shown is known then. */
async function likelyPrice(
  prices: ReturnType<Ec2Access["prices"]>,
  region: string,
  { market, instanceTypes: [instanceType] }: Ec2LaunchRequest,
): Promise<void> {
  if (market.kind === "on-demand" && instanceType !== undefined) {
    await prices.hourly({ region, instanceType, market: "on-demand" });
  }
}

async function isClaimed(access: Ec2Access, storeRoot: string, queueId: string): Promise<boolean> {
  const store = await access.storeAt(storeRoot);
  return (await store.readBytes(queueKeys(queueId).claim)) !== undefined;
}

/** The instance ends at its deadline, whatever the queue file allows its jobs. */
function shortLife(ttlMs: number, { ms }: EstimatedDuration): readonly string[] {
  if (ttlMs >= ms) return [];
  const [life, work] = [formatDuration(ttlMs), formatDuration(ms)];
  return [
    `the instance ends after ${life}, and by its timeouts the queue may take ${work}: give it a longer --ttl, or spawn extend it later`,
  ];
}

function warningsOf(
  spec: QueueSpec,
  cwd: string,
  workdir: ChosenWorkdir | undefined,
  { notes }: PlannedLaunch,
): readonly string[] {
  const shipped = workdir && new Set(workdir.files.map(({ path }) => path));
  return [
    ...unshippedScripts(spec, workdir?.root ?? cwd, shipped),
    ...(workdir === undefined ? [] : workdirWarnings(workdir)),
    ...notes,
  ];
}
