import type { Instance } from "@spawn/launcher";
import type { EstimatedDuration, QueueStatus } from "@spawn/status-model";
import { estimateJson } from "./estimate-json.js";

interface Common {
  readonly estimate: EstimatedDuration;
  readonly resultsLocation: string;
}

export type LaunchJsonInput = Common &
  (
    | {
        readonly instance: Instance;
        /** With `--wait`: how it stands after waiting. */
        readonly status: QueueStatus | undefined;
        /** Writes a wall-clock time as RFC 3339. */
        readonly time: (wallMs: number) => string;
      }
    /** A dry run: the id that would be claimed. */
    | { readonly queueId: string }
  );

/** `spawn launch --json`. A local instance costs nothing and has no deadline. */
export function launchJson(input: LaunchJsonInput): object {
  const { estimate, resultsLocation } = input;
  const common = {
    results_location: resultsLocation,
    ttl_expires_at: null,
    estimated_cost: null,
    estimated_runtime: estimateJson(estimate),
  };
  if ("queueId" in input) {
    const { queueId } = input;
    return {
      schema_version: 1,
      dry_run: true,
      instance_id: null,
      queue_id: queueId,
      provider: "local",
      state: null,
      ...common,
    };
  }
  const { instance, status, time } = input;
  return {
    schema_version: 1,
    dry_run: false,
    instance_id: instance.instanceId,
    name: instance.name ?? null,
    queue_id: instance.queueId,
    provider: instance.provider,
    state: instance.state,
    launched_at: time(Date.parse(instance.launchedAt)),
    tags: instance.tags,
    ...common,
    ...(status === undefined ? {} : { queue: status }),
  };
}
