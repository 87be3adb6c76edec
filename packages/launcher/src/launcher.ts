import type { Instance, InstanceFacts } from "./instance.js";
import type { LaunchRequest, ResumeRequest } from "./requests.js";

/** Makes, finds and ends instances: `Made` of them, from what is `Asked`. */
export interface Launcher<Made extends InstanceFacts = Instance, Asked = LaunchRequest> {
  readonly provider: Made["provider"];
  /**
   * Makes an instance and starts the queue's runner on it. When this throws, nothing is left running.
   *
   * @throws SpawnError `not-supported`, `runner-not-found`, `runner-failed`, `no-space`, `permission-denied`;
   * on EC2 also `no-capacity`, `quota-exceeded`, `aws-failed`.
   */
  launch(request: Asked): Promise<Made>;
  /** Newest first, terminated ones included. */
  list(): Promise<readonly Made[]>;
  /**
   * Starts a runner again on an instance whose queue has none.
   *
   * @throws SpawnError `already-running`, `instance-not-found`, `not-resumable` when a later launch has replaced it,
   * and those of `launch`.
   */
  resume(instanceId: string, request: ResumeRequest): Promise<Made>;
  /** Ends an instance: its runner drains first (TERM to what runs, everything into the store). Ending one twice is harmless. */
  terminate(instanceId: string, options?: { readonly signal?: AbortSignal }): Promise<Made>;
  /**
   * Moves an instance's deadline by `byMs` milliseconds.
   *
   * @returns the new deadline, RFC 3339.
   * @throws SpawnError `not-supported` where instances have no deadline; `instance-not-found`, `already-over`.
   */
  extend(instanceId: string, byMs: number): Promise<string>;
}
