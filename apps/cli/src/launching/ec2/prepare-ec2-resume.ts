import { resolve } from "node:path";
import {
  type Ec2LaunchRequest,
  type PlannedLaunch,
  type Price,
  readStoredInstance,
  readStoredLaunch,
} from "@spawn/aws-launcher";
import { type QueueSpec, serializeQueueSpec } from "@spawn/config-schema";
import { queueKeys } from "@spawn/result-store";
import type { Ec2Access } from "../../aws/ec2-access.js";
import type { Context } from "../../context.js";
import { changeQueue } from "../../queues/changed-file.js";
import { lookAtMove } from "../../queues/move-here.js";
import type { Ec2Reference } from "../../queues/queue-reference.js";
import { planResume, type ResumePlan } from "../../queues/resume-plan.js";
import { launchEnvironment } from "../environment.js";
import { validSpec } from "../prepare-launch.js";
import { type ReadQueueFile, readQueueFile } from "../queue-file.js";
import { checkCarriedAgain } from "../resume-environment.js";
import { type ChosenWorkdir, chooseWorkdir } from "../workdir/choose-workdir.js";
import { carriedValues } from "./carried-values.js";
import { defaultTtlMs } from "./default-ttl.js";
import type { Ec2FlagValues } from "./ec2-flags.js";
import { said } from "./ec2-options.js";
import { refuseLiveQueue } from "./live-queue.js";
import { planOnEc2 } from "./prepare-ec2-launch.js";
import { relaunchRecipe } from "./relaunch-recipe.js";
import { sshAccess } from "./ssh-access.js";

export interface Ec2ResumeOptions {
  readonly rerun: readonly string[];
  readonly trustCompleted: boolean;
  /** `NAME` or `NAME=value`. */
  readonly env: readonly string[];
  /** Another queue file. */
  readonly file: string | undefined;
  /** A work folder to ship instead of the one that was shipped. */
  readonly workdir: string | undefined;
}

/** A queue whose instance is gone and that can go on on a new one. Nothing is made yet. */
export interface PreparedEc2Resume {
  readonly access: Ec2Access;
  readonly storeRoot: string;
  readonly spec: QueueSpec;
  /** The other queue file, where one was given. */
  readonly source: ReadQueueFile | undefined;
  /** Without a work folder that is still to be packed. */
  readonly request: Ec2LaunchRequest;
  readonly planned: PlannedLaunch;
  readonly price: Price | undefined;
  readonly workdir: ChosenWorkdir | undefined;
  /** The private key file for ssh, where it is known. */
  readonly identity: string | undefined;
  /** What runs again; `undefined` where all jobs had completed and only that is to be recorded. */
  readonly plan: ResumePlan | undefined;
}

/**
 * Looks at a queue on EC2 that is to go on from its store alone, and at what that takes.
 *
 * @throws SpawnError `already-running` while it has an instance, `not-resumable`, `queue-not-found`, `bad-arguments`, and those
 * of a launch.
 */
export async function prepareEc2Resume(
  context: Context,
  { queueId, storeRoot, region }: Ec2Reference,
  options: Ec2ResumeOptions,
  flags: Ec2FlagValues,
  color: boolean,
): Promise<PreparedEc2Resume> {
  const { cwd, env } = context;
  const store = await (await context.ec2(region)).storeAt(storeRoot);
  const before = readStoredInstance(await store.readBytes(queueKeys(queueId).instance));
  // A launch that was killed has told what it was to be, and of no instance.
  const launched = readStoredLaunch(await store.readBytes(queueKeys(queueId).launch)) ?? before;
  const access = await context.ec2(before?.region ?? region);
  await refuseLiveQueue(context, access, store, queueId);
  const { rerun, trustCompleted } = options;
  const moved = await lookAtMove(context, { queueId, storeRoot, store, isGone: true }, trustCompleted);
  const { variables, carried } = launchEnvironment(env, options.env);
  const names = [...new Set([...(launched?.carried ?? moved.carried), ...carried])];
  const source =
    options.file === undefined ? undefined : readQueueFile(options.file, (name) => names.includes(name));
  const spec = source === undefined ? moved.spec : { ...validSpec(source, color), queueId };
  checkCarriedAgain(spec, names, variables);
  const change = source && changeQueue(moved.records, validSpec(source, color), source.fileName);
  const isOnlyRecorded = moved.onlyUnrecorded && change === undefined && rerun.length === 0;
  const looked = change ?? moved;
  const plan = isOnlyRecorded
    ? undefined
    : planResume(looked.fold, looked.status, { rerun, ...(change && { change }) });
  const workdir = options.workdir && (await chooseWorkdir(resolve(cwd, options.workdir), flags.yes ?? false));
  const sources = { settings: await context.settings(), spec, cwd, defaultTtlMs: defaultTtlMs(spec) };
  const recipe = await relaunchRecipe(launched?.recipe, flags, sources);
  const sshFound = await sshAccess(flags, { env, cwd });
  const request: Ec2LaunchRequest = {
    ...recipe,
    queueId,
    queueFile: source === undefined ? moved.text : serializeQueueSpec(spec),
    ...said({
      ssh: sshFound && { publicKey: sshFound.publicKey, from: sshFound.from },
      workdir: launched?.workdir ?? undefined,
    }),
    carried: carriedValues(spec, { variables, carried: names }),
    fromStore: { rerun, trustCompleted },
  };
  const { planned, price } = await planOnEc2(access, storeRoot, request, spec);
  return {
    ...{ access, storeRoot, spec, source, request, planned, price, plan },
    workdir: workdir || undefined,
    identity: sshFound?.identity,
  };
}
