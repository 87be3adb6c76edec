import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type {
  Ec2Instance,
  Ec2Launcher,
  Ec2LaunchRequest,
  LaunchEvent,
  PlannedLaunch,
  ShippedFolder,
} from "@spawn/aws-launcher";
import { serializeQueueSpec } from "@spawn/config-schema";
import { explainFileError, SpawnError } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import type { Ec2Access } from "../../aws/ec2-access.js";
import { madePlace } from "../../aws/store-root.js";
import type { Context } from "../../context.js";
import { onInterrupt } from "../../interrupts.js";
import type { Ec2Reference } from "../../queues/queue-reference.js";
import { claimFreeId } from "../claim-queue-id.js";
import type { ChosenWorkdir } from "../workdir/choose-workdir.js";
import { type PackedFolder, packWorkdir } from "../workdir/pack-workdir.js";
import { refuseLiveQueue } from "./live-queue.js";
import type { PreparedEc2Launch } from "./prepare-ec2-launch.js";
import type { PreparedEc2Resume } from "./prepare-ec2-resume.js";

/** The steps of a launch on EC2, told as each is done. */
export type Ec2LaunchStep =
  | { readonly type: "bucket-made"; readonly storeRoot: string }
  /** Without these folders of fetched results. */
  | { readonly type: "packing"; readonly without: readonly string[] }
  | { readonly type: "packed"; readonly packed: PackedFolder }
  | { readonly type: "claimed"; readonly queueId: string; readonly wanted: string }
  | { readonly type: "interrupted" }
  | LaunchEvent;

/** How a launch is carried out, where it is not a person's. */
export interface LaunchManner {
  /** Claims the queue's id in the store. @returns the id that was claimed. */
  readonly claim: (store: ResultStore) => Promise<string>;
  /** Whether Ctrl-C takes it back. */
  readonly isInterruptible: boolean;
}

/** A queue on the instance that was made for it. */
export interface MadeOnEc2 extends Ec2Reference {
  readonly instanceId: string;
  readonly instance: Ec2Instance;
}

/**
 * Carries out a prepared launch. When this throws, nothing is left of it, or the next command ends what is; the store has
 * nothing under the queue's id, unless an instance may be there that needs it.
 *
 * @throws SpawnError `queue-id-taken`, `already-running`, `interrupted`, and those of `Ec2Launcher.launch`.
 */
export async function launchOnEc2(
  context: Context,
  prepared: PreparedEc2Launch,
  onStep: (step: Ec2LaunchStep) => void,
  manner?: LaunchManner,
): Promise<MadeOnEc2> {
  const { access, place, spec, workdir, planned, identity } = prepared;
  const wanted = prepared.request.queueId;
  const { claim, isInterruptible } = manner ?? {
    claim: personsClaim(context, prepared),
    isInterruptible: true,
  };
  const storeRoot = await madePlace(access, place);
  if (place.isMissing) onStep({ type: "bucket-made", storeRoot });
  const [store, launcher] = [await access.storeAt(storeRoot), await access.launcher(storeRoot)];
  return await withPacked(context, workdir, onStep, async (shipped) => {
    const queueId = await claim(store);
    onStep({ type: "claimed", queueId, wanted });
    const request: Ec2LaunchRequest = {
      ...prepared.request,
      queueId,
      queueFile: serializeQueueSpec({ ...spec, queueId }),
      isNew: true,
      ...shipped,
    };
    const making = { launcher, storeRoot, request, planned, identity, isInterruptible };
    return await makeOnEc2(context, making, onStep);
  });
}

/**
 * Lets a queue go on on a new instance. When this throws, nothing is left of that, and the store has what it had.
 *
 * @throws SpawnError `interrupted`, and those of `Ec2Launcher.launch`.
 */
export async function resumeOnEc2(
  context: Context,
  { access, storeRoot, request, planned, workdir, identity }: PreparedEc2Resume,
  onStep: (step: Ec2LaunchStep) => void,
  { isInterruptible }: Pick<LaunchManner, "isInterruptible"> = { isInterruptible: true },
): Promise<MadeOnEc2> {
  const launcher = await access.launcher(storeRoot);
  return await withPacked(context, workdir, onStep, (shipped) => {
    const asked = { ...request, ...shipped };
    const making = { launcher, storeRoot, request: asked, planned, identity, isInterruptible };
    return makeOnEc2(context, making, onStep);
  });
}

function personsClaim(
  context: Context,
  { access, options, request }: PreparedEc2Launch,
): LaunchManner["claim"] {
  return (store) =>
    options.overwrite
      ? claimByReplacing(context, access, store, request.queueId)
      : claimFreeId(store, request.queueId);
}

/** Packs the work folder, if there is one, for as long as `launch` takes, which gets it. */
export async function withPacked<Made>(
  context: Context,
  workdir: ChosenWorkdir | undefined,
  onStep: (step: Ec2LaunchStep) => void,
  launch: (shipped: { readonly workdir?: ShippedFolder }) => Promise<Made>,
): Promise<Made> {
  if (workdir === undefined) return await launch({});
  const packing = packingFolder(context.paths.state);
  try {
    return await launch({ workdir: await pack(workdir, packing, onStep) });
  } finally {
    rmSync(packing, { recursive: true, force: true });
  }
}

async function pack(
  workdir: ChosenWorkdir,
  folder: string,
  onStep: (step: Ec2LaunchStep) => void,
): Promise<ShippedFolder> {
  onStep({ type: "packing", without: workdir.fetched });
  const packed = await packWorkdir(workdir.root, workdir, join(folder, "workdir.tar.gz"));
  onStep({ type: "packed", packed });
  const { archive, sha256 } = packed;
  return { archive, sha256, ...(workdir.git === undefined ? {} : { git: workdir.git }) };
}

interface Making {
  readonly launcher: Pick<Ec2Launcher, "launchAsPlanned">;
  readonly storeRoot: string;
  readonly request: Ec2LaunchRequest;
  readonly planned: PlannedLaunch;
  readonly identity: string | undefined;
  readonly isInterruptible: boolean;
}

/** Makes the instance, and notes it here. The first Ctrl-C takes back what was made so far; the second leaves it. */
async function makeOnEc2(
  context: Context,
  { launcher, storeRoot, request, planned, identity, isInterruptible }: Making,
  onStep: (step: Ec2LaunchStep) => void,
): Promise<MadeOnEc2> {
  const { plan } = planned;
  let interrupted = false;
  const onCtrlC = (): void => {
    interrupted = true;
    stopListening();
    onStep({ type: "interrupted" });
  };
  const stopListening = isInterruptible ? onInterrupt(onCtrlC) : () => {};
  const onEvent = (event: LaunchEvent): void => {
    onStep(event);
    if (!interrupted) return;
    interrupted = false;
    throw new SpawnError("interrupted", "the launch was interrupted, and what was made of it is taken back");
  };
  try {
    const instance = await launcher.launchAsPlanned({ ...request, onEvent }, plan);
    note(context, instance, { storeRoot, identity }, onStep);
    const { queueId, region, account, instanceId } = instance;
    return { kind: "ec2", queueId, storeRoot, region, account, instanceId, instance };
  } finally {
    stopListening();
  }
}

/** The instance is there and will end by itself: that it cannot be noted is no reason to end it now. */
function note(
  context: Context,
  instance: Ec2Instance,
  { storeRoot, identity }: Pick<Making, "storeRoot" | "identity">,
  onStep: (step: Ec2LaunchStep) => void,
): void {
  const { instanceId, queueId, name, region, account, launchedAt } = instance;
  try {
    context.ec2Launches.add({
      ...{ instanceId, queueId, region, storeRoot, launchedAt },
      ...(name === undefined ? {} : { name }),
      ...(identity === undefined ? {} : { identity }),
      ...(account === undefined ? {} : { account }),
    });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    const message = `${error.message}: give later commands --region ${region}`;
    onStep({ type: "warning", message });
  }
}

/** @throws SpawnError `already-running`, `queue-id-taken`. */
export async function claimByReplacing(
  context: Context,
  access: Ec2Access,
  store: ResultStore,
  queueId: string,
): Promise<string> {
  await refuseLiveQueue(context, access, store, queueId);
  if (await store.claimQueue(queueId, { overwrite: true })) return queueId;
  throw new SpawnError("queue-id-taken", `${queueId} was claimed by somebody else just now`, {
    hint: "Run the same command again, or choose another id: --queue-id ID",
  });
}

/** Beside the state, which is on a disk: what is packed may be larger than `/tmp`. */
function packingFolder(stateFolder: string): string {
  try {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    return mkdtempSync(join(stateFolder, "packing-"));
  } catch (error) {
    throw explainFileError(error, "cannot make a folder to pack the work folder in", stateFolder);
  }
}
