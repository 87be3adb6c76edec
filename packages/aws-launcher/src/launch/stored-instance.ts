import type { Ec2LaunchRequest, ShippedFolder } from "../request.js";

/** What a relaunch of a queue takes over from the launch before, unless it says otherwise. */
export type LaunchRecipe = Omit<
  Ec2LaunchRequest,
  "queueId" | "queueFile" | "carried" | "ssh" | "workdir" | "isNew" | "fromStore" | "onEvent"
>;

/** Facts of the instance, as `instance.json` in the store has them. */
export interface StoredInstanceFacts {
  readonly instance_id: string;
  /** Counts the instances that the queue was launched on, from 1. */
  readonly generation: number;
  readonly region: string;
  readonly zone: string;
  readonly instance_type: string;
  readonly market: "spot" | "on-demand";
  readonly ami: string;
  /** RFC 3339, UTC, as the next. */
  readonly launched_at: string;
  readonly deadline: string;
  readonly on_complete: string;
  readonly role: string;
}

/** An instance that the queue was launched on before. */
export interface EarlierInstance extends StoredInstanceFacts {
  /** RFC 3339: when EC2 said that it ended, else the last that the store had of it. */
  readonly ended_at: string | null;
}

/**
 * `launch.json`: what a queue's newest launch asked for, stored before there is an instance, so that a launch that is
 * killed can be made up for. No value of a variable is in it.
 */
export interface StoredLaunch {
  readonly schema_version: 1;
  readonly recipe: LaunchRecipe;
  /** Names of the variables that were carried. */
  readonly carried: readonly string[];
  readonly workdir: Omit<ShippedFolder, "archive"> | null;
}

/** `instance.json`: what whoever comes later may want to know of a queue's newest instance. */
export interface StoredInstance extends StoredInstanceFacts, StoredLaunch {
  /** Newest first; absent where this is the first. */
  readonly earlier?: readonly EarlierInstance[];
}

/** @param earlier newest first */
export function storedInstance(
  request: Ec2LaunchRequest,
  facts: StoredInstanceFacts,
  earlier: readonly EarlierInstance[],
): StoredInstance {
  const { schema_version, ...launch } = storedLaunch(request);
  return { schema_version, ...facts, ...(earlier.length === 0 ? {} : { earlier }), ...launch };
}

export function storedLaunch(request: Ec2LaunchRequest): StoredLaunch {
  const {
    queueId: _,
    queueFile: _file,
    carried,
    ssh: _ssh,
    workdir,
    isNew: _new,
    fromStore,
    onEvent,
    ...recipe
  } = request;
  const { archive, ...folder } = workdir ?? {};
  return {
    schema_version: 1,
    recipe,
    carried: Object.keys(carried),
    workdir: workdir === undefined ? null : { ...folder, sha256: workdir.sha256 },
  };
}

/** What is kept of an instance when its queue gets another one. */
export function earlierInstance(
  {
    earlier: _,
    schema_version: _version,
    recipe: _recipe,
    carried: _carried,
    workdir: _workdir,
    ...facts
  }: StoredInstance,
  endedAt: string | undefined,
): EarlierInstance {
  return { ...facts, ended_at: endedAt ?? null };
}

/** `undefined` where there is none, or none that this version understands. */
export function readStoredInstance(bytes: Uint8Array | undefined): StoredInstance | undefined {
  const value = read<StoredInstance>(bytes);
  return Number.isSafeInteger(value?.generation) ? value : undefined;
}

/** `undefined` where there is none, or none that this version understands. */
export function readStoredLaunch(bytes: Uint8Array | undefined): StoredLaunch | undefined {
  return read<StoredLaunch>(bytes);
}

function read<Stored extends { readonly schema_version: 1 }>(
  bytes: Uint8Array | undefined,
): Stored | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Stored;
    return value.schema_version === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}
