import type { Ec2Instance } from "@spawn/aws-launcher";
import type { Instance } from "@spawn/launcher";

/** What a `<ref>` of a queue stands for. */
export type QueueReference = LocalReference | StoredReference | Ec2Reference;

interface QueuePlace {
  readonly queueId: string;
  /** Of its result store: a folder, or `s3://bucket/prefix/`. */
  readonly storeRoot: string;
}

/** A queue of an instance on this machine. */
export interface LocalReference extends QueuePlace {
  readonly kind: "local";
  readonly instance: Instance;
}

/** No instance of it is known any more; the default result store of this machine still has it. */
interface StoredReference extends QueuePlace {
  readonly kind: "stored";
}

/** A queue that was launched on EC2, whether its instance is there any more or not. */
export interface Ec2Reference extends QueuePlace {
  readonly kind: "ec2";
  readonly region: string;
  /** Id of the account that its store belongs to, where that is known without asking. */
  readonly account: string | undefined;
  /** Of its newest instance, where that is known: of one that was launched elsewhere and is gone, only the store tells. */
  readonly instanceId: string | undefined;
  /** Where EC2 had to be asked: what it said. Ask it with `Ec2Access.find` where this is `undefined`. */
  readonly instance: Ec2Instance | undefined;
}

export function localReference(instance: Instance): LocalReference {
  return { kind: "local", queueId: instance.queueId, storeRoot: instance.storeRoot, instance };
}
