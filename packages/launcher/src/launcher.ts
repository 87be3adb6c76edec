import type { Instance } from "./instance.js";
import type { LaunchRequest, ResumeRequest } from "./requests.js";

/** Makes, finds and ends instances. */
export interface Launcher {
  readonly provider: Instance["provider"];
  /**
   * Makes an instance and starts the queue's runner on it. When this throws, nothing is left running.
   *
   * @throws SpawnError `not-supported`, `runner-not-found`, `runner-failed`, `no-space`, `permission-denied`.
   */
  launch(request: LaunchRequest): Promise<Instance>;
  /** Newest first, terminated ones included. */
  list(): Promise<readonly Instance[]>;
  /**
   * Starts a runner again on an instance whose queue has none.
   *
   * @throws SpawnError `already-running`, `instance-not-found`, `not-resumable` when a later launch has replaced it,
   * and those of `launch`.
   */
  resume(instanceId: string, request: ResumeRequest): Promise<Instance>;
  /** Ends an instance: its runner drains first (TERM to what runs, everything into the store). Ending one twice is harmless. */
  terminate(instanceId: string, options?: { readonly signal?: AbortSignal }): Promise<Instance>;
}
