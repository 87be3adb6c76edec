import { resolve } from "node:path";
import { type Ec2Instance, findInstances, isLive, readStoredInstance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { QueueFold } from "@spawn/status-model";
import type { Ec2Access } from "../../aws/ec2-access.js";
import type { Context } from "../../context.js";
import { storedFile } from "../../queues/move-here.js";
import type { Ec2Reference } from "../../queues/queue-reference.js";
import { StoredStatus } from "../../queues/remote/stored-status.js";
import { planResume, type ResumePlan } from "../../queues/resume-plan.js";
import { openStoredQueue } from "../../queues/stored-queue.js";
import { launchEnvironment } from "../environment.js";
import { checkCarriedAgain } from "../resume-environment.js";
import { type ChosenWorkdir, chooseWorkdir } from "../workdir/choose-workdir.js";
import { carriedValues } from "./carried-values.js";
import { type Ec2FlagValues, ec2Flags } from "./ec2-flags.js";
import { type Ec2LaunchStep, type MadeOnEc2, withPacked } from "./launch-on-ec2.js";
import type { Ec2ResumeOptions } from "./prepare-ec2-resume.js";

/** A queue that is over and whose instance was kept. Nothing is asked of that yet. */
export interface PreparedKeptResume {
  readonly access: Ec2Access;
  readonly storeRoot: string;
  readonly instance: Ec2Instance;
  readonly plan: ResumePlan;
  readonly rerun: readonly string[];
  /** Values by name, of this shell. */
  readonly carried: Readonly<Record<string, string>>;
  /** Its files go over those that are there. */
  readonly workdir: ChosenWorkdir | undefined;
}

/**
 * Looks whether a queue's instance was kept when the queue was over, and at what goes on there. `undefined` where it was not.
 *
 * @throws SpawnError `not-resumable`, `job-not-found`, `bad-arguments`.
 */
export async function prepareKeptResume(
  context: Context,
  { queueId, storeRoot, region }: Ec2Reference,
  options: Ec2ResumeOptions,
  flags: Ec2FlagValues,
): Promise<PreparedKeptResume | undefined> {
  const store = await (await context.ec2(region)).storeAt(storeRoot);
  const before = readStoredInstance(await store.readBytes(queueKeys(queueId).instance));
  const access = await context.ec2(before?.region ?? region);
  const instance = (await findInstances(access.clients, queueId)).find(isLive);
  if (instance?.state !== "running") return undefined;
  const heard = await new StoredStatus(store, queueId).read();
  if (heard?.status.instance_id !== instance.instanceId || !isFinal(heard.status.status)) return undefined;
  refuseForNew(instance, options, flags);
  const stored = await openStoredQueue(context, store, queueId);
  const fold = new QueueFold();
  for (const record of stored.records) fold.apply(record);
  const { spec } = await storedFile(stored);
  const { rerun } = options;
  const plan = planResume(fold, stored.status, { rerun });
  const { variables, carried } = launchEnvironment(context.env, options.env);
  const names = [...new Set([...(before?.carried ?? []), ...carried])];
  checkCarriedAgain(spec, names, variables);
  const values = carriedValues(spec, { variables, carried: names });
  const workdir =
    options.workdir === undefined
      ? undefined
      : await chooseWorkdir(resolve(context.cwd, options.workdir), flags.yes ?? false);
  return { access, storeRoot, instance, plan, rerun, carried: values, workdir };
}

/** @throws SpawnError `not-resumable` where the instance does not take it up. */
export async function resumeOnKept(
  context: Context,
  { access, storeRoot, instance, rerun, carried, workdir }: PreparedKeptResume,
  onStep: (step: Ec2LaunchStep) => void,
): Promise<MadeOnEc2> {
  const { instanceId, queueId, region, account } = instance;
  const launcher = await access.launcher(storeRoot);
  await withPacked(context, workdir, onStep, (shipped) =>
    launcher.resume(instanceId, { environment: carried, rerun, ...shipped }),
  );
  return { kind: "ec2", queueId, storeRoot, region, account, instanceId, instance };
}

function isFinal(status: string): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** What only a new instance could be given. */
function refuseForNew(
  { instanceId, queueId }: Ec2Instance,
  { file, trustCompleted }: Ec2ResumeOptions,
  flags: Ec2FlagValues,
): void {
  const values: Readonly<Record<string, unknown>> = {
    ...flags,
    ...{ region: undefined, yes: undefined },
    ...{ "batch-queue": file, "trust-completed": trustCompleted || undefined },
  };
  const names = [...Object.keys(ec2Flags), "batch-queue", "trust-completed"];
  const given = names.find((name) => values[name] !== undefined);
  if (given === undefined) return;
  throw new SpawnError(
    "bad-arguments",
    `--${given}: ${queueId} goes on on ${instanceId}, which was kept for it`,
    {
      hint: `Leave it out, and it goes on there as it is. For a new instance: spawn terminate ${instanceId}, then this command again.`,
    },
  );
}
