import type { Ec2LaunchRequest, ShippedFolder } from "../request.js";

/** What a relaunch of a queue takes over from the launch before, unless it says otherwise. */
export type LaunchRecipe = Omit<
  Ec2LaunchRequest,
  "queueId" | "queueFile" | "carried" | "ssh" | "workdir" | "isNew" | "fromStore" | "onEvent"
>;

/** Facts of the instance, as `instance.json` in the store has them. */
interface InstanceFacts {
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

/** `instance.json`: what whoever comes later may want to know of a queue's newest instance. No value of a variable is in it. */
export interface StoredInstance extends InstanceFacts {
  readonly schema_version: 1;
  readonly recipe: LaunchRecipe;
  /** Names of the variables that were carried. */
  readonly carried: readonly string[];
  readonly workdir: Omit<ShippedFolder, "archive"> | null;
}

export function storedInstance(request: Ec2LaunchRequest, facts: InstanceFacts): StoredInstance {
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
    ...facts,
    recipe,
    carried: Object.keys(carried),
    workdir: workdir === undefined ? null : { ...folder, sha256: workdir.sha256 },
  };
}

/** `undefined` where there is none, or none that this version understands. */
export function readStoredInstance(bytes: Uint8Array | undefined): StoredInstance | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as StoredInstance;
    return value.schema_version === 1 && Number.isSafeInteger(value.generation) ? value : undefined;
  } catch {
    return undefined;
  }
}
