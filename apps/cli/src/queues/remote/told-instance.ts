import type { QueueStatus } from "@spawn/status-model";

export type InstanceWord = NonNullable<QueueStatus["instance_state"]>;

/** What EC2 says of an instance. */
export interface ToldInstance {
  readonly state: InstanceWord;
  /** Why, in EC2's words. */
  readonly stateReason?: string | undefined;
}
