import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import type { Context } from "../context.js";
import { didYouMean } from "../suggestions/nearest.js";
import { findInstance } from "./find-instance.js";
import { findLeftover } from "./find-leftover.js";
import { findOnEc2, recordReference } from "./find-on-ec2.js";
import { isStored } from "./is-stored.js";
import { type Ec2Reference, localReference, type QueueReference } from "./queue-reference.js";

/** For the help of every command that takes one. */
export const REF_DESCRIPTION = "instance id, name, queue id, or `last` for the newest instance";

export interface ResolveOptions {
  /** `--region`: what is meant is there on EC2, and nowhere else. */
  readonly region?: string | undefined;
}

/**
 * Finds what a reference means: of the instances here and the launches on EC2 that were made from here, the newest that it
 * fits. Nothing of this goes over the network, but where a launch from here was killed: what is left of that is newer. AWS
 * is asked for what is not found so, in the region that environment and settings say, if they say one; `last` is of the
 * launches made from here, unless EC2 is said: with `--region`, or by the settings (`provider: ec2`).
 *
 * @throws SpawnError `queue-not-found`, `instance-not-found` for what looks like an instance id, `bad-arguments`.
 */
export async function resolveQueue(
  context: Context,
  ref: string,
  options: ResolveOptions = {},
): Promise<QueueReference> {
  if (options.region !== undefined) {
    const there = await findOnEc2(context, ref, options.region);
    if (there !== undefined) return there;
    throw notFound(ref, [], `on EC2 in ${options.region}`);
  }
  const left = await findLeftover(context, ref);
  if (left !== undefined) return left;
  const instances = await context.launcher.list();
  const here = findInstance(instances, ref);
  const records = context.ec2Launches.all();
  const record = findInstance(records, ref);
  if (here !== undefined && (record === undefined || here.launchedAt >= record.launchedAt))
    return localReference(here);
  if (record !== undefined) return recordReference(record);
  if (await isStored(context, ref)) return { kind: "stored", queueId: ref, storeRoot: context.paths.results };
  if (await isEc2InPlay(context, ref)) {
    const there = await findOnEc2(context, ref);
    if (there !== undefined) return there;
    throw notFound(ref, [...instances, ...records], "here or on EC2");
  }
  const { found, where, hint } = await lookOnEc2(context, ref);
  if (found !== undefined) return found;
  throw notFound(ref, [...instances, ...records], where, hint);
}

interface Ec2Look {
  readonly found?: Ec2Reference;
  /** Where it is not. */
  readonly where: string;
  readonly hint?: string;
}

/** Looks for what nothing here knows, where that may be on EC2: that it cannot be asked is no failure of its own. */
async function lookOnEc2(context: Context, ref: string): Promise<Ec2Look> {
  const where = "on this machine";
  if (ref === "last" || ref.startsWith("local-")) return { where };
  try {
    const region = await context.defaultRegion();
    if (region === undefined) return { where, hint: "If it is on EC2, say in which region: --region REGION" };
    const found = await findOnEc2(context, ref);
    if (found !== undefined) return { found, where };
    const hint = "If it is in another region of EC2: --region REGION";
    return { where: `${where} or on EC2 in ${region}`, hint };
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return { where, hint: `If it is on EC2: that could not be asked. ${error.message}` };
  }
}

async function isEc2InPlay(context: Context, ref: string): Promise<boolean> {
  return /^i-[0-9a-f]+$/.test(ref) || (await context.settings()).provider === "ec2";
}

/** @throws SpawnError `queue-not-found` where only the store is left of the queue; `not-supported` for one on EC2. */
export function instanceOf(reference: QueueReference): Instance {
  switch (reference.kind) {
    case "local":
      return reference.instance;
    case "stored":
      throw new SpawnError(
        "queue-not-found",
        `the instance of ${reference.queueId} is gone; only its results are left`,
        { hint: `Get them: spawn queue results ${reference.queueId}` },
      );
    case "ec2":
      throw notOnEc2Yet(reference);
  }
}

function notOnEc2Yet({ queueId, instanceId = "gone", region }: Ec2Reference): SpawnError {
  return new SpawnError(
    "not-supported",
    `${queueId} is on EC2 (${instanceId} in ${region}): this command cannot do that there yet`,
  );
}

function notFound(
  ref: string,
  known: readonly { readonly queueId: string; readonly name?: string }[],
  where: string,
  hint?: string,
): SpawnError {
  const what = /^(?:local-|i-[0-9a-f]+$)/.test(ref) ? "instance" : "queue";
  const meant = didYouMean(
    ref,
    known.flatMap(({ name, queueId }) => [queueId, ...(name === undefined ? [] : [name])]),
  );
  return new SpawnError(
    `${what}-not-found`,
    ref === "last" ? `no ${what} was launched yet` : `there is no ${what} ${ref} ${where}`,
    {
      hint: [meant, hint, "See what there is: spawn list --state all"]
        .filter((line) => line !== undefined)
        .join("\n"),
    },
  );
}

/**
 * What later commands best call an instance's queue by: its queue id where that means this instance and no other, else
 * its instance id.
 *
 * @param instances all there are, newest first
 */
export function referenceTo(
  instances: readonly { readonly instanceId: string; readonly queueId: string; readonly name?: string }[],
  instance: { readonly instanceId: string; readonly queueId: string },
): string {
  const { instanceId, queueId } = instance;
  const others = instances.filter((other) => other.instanceId !== instanceId);
  const ambiguous =
    queueId === "last" || others.some((other) => other.queueId === queueId || other.name === queueId);
  return ambiguous ? instanceId : queueId;
}

/** See `referenceTo`. */
export async function referenceFor(
  context: Context,
  instance: { readonly instanceId: string; readonly queueId: string },
): Promise<string> {
  return referenceTo([...(await context.launcher.list()), ...context.ec2Launches.all()], instance);
}

/** What later commands best call the queue of a reference by, with the region where nothing here tells it. */
export async function shortReference(context: Context, reference: QueueReference): Promise<string> {
  switch (reference.kind) {
    case "local":
      return referenceFor(context, reference.instance);
    case "stored":
      return reference.queueId;
    case "ec2": {
      const { instanceId, queueId, region } = reference;
      const records = context.ec2Launches.all();
      const isKnown = records.some((record) => record.queueId === queueId && record.region === region);
      if (!isKnown || instanceId === undefined) return `${queueId} --region ${region}`;
      return referenceFor(context, { instanceId, queueId });
    }
  }
}
