import { describePriceSource, type Ec2Instance, type Price } from "@spawn/aws-launcher";
import type { QueueStatus } from "@spawn/status-model";
import type { PreparedEc2Launch } from "../launching/ec2/prepare-ec2-launch.js";
import { estimatedCost } from "./ec2-launch-report.js";
import { estimateJson } from "./estimate-json.js";

/** `spawn launch --json` on EC2. Costs and prices are US dollars; `time` writes a wall-clock time as RFC 3339. */
export function ec2LaunchJson(
  prepared: PreparedEc2Launch,
  made: {
    readonly instance?: Ec2Instance;
    /** Of what was made, else of what is tried first. */
    readonly price: Price | undefined;
    /** With `--wait`: how it stands after waiting. */
    readonly status?: QueueStatus | undefined;
    readonly time: (wallMs: number) => string;
  },
): object {
  const { request, place, planned, access, workdir, estimate } = prepared;
  const { instance, price, status, time } = made;
  const [first] = planned.plan.rungs;
  const deadline = instance?.deadline ?? planned.plan.deadline;
  return {
    schema_version: 1,
    dry_run: instance === undefined,
    instance_id: instance?.instanceId ?? null,
    name: request.name ?? null,
    queue_id: instance?.queueId ?? request.queueId,
    provider: "ec2",
    state: instance?.state ?? null,
    ...(instance === undefined ? {} : { launched_at: time(Date.parse(instance.launchedAt)) }),
    region: access.region,
    zone: instance?.zone ?? first?.zone ?? null,
    instance_type: instance?.instanceType ?? first?.instanceType ?? null,
    market: instance?.market ?? first?.market ?? null,
    image_id: instance?.imageId ?? first?.imageId ?? null,
    tags: instance?.tags ?? request.tags,
    results_location: instance?.results ?? `${place.storeRoot}${request.queueId}/`,
    ttl_seconds: request.ttlMs / 1000,
    ttl_expires_at: time(Date.parse(deadline)),
    estimated_cost: rounded(estimatedCost(request.ttlMs, price)),
    hourly_price: price?.usd ?? null,
    price_source: price === undefined ? null : describePriceSource(price.source),
    estimated_runtime: estimateJson(estimate),
    carried: Object.keys(request.carried),
    workdir:
      workdir === undefined
        ? null
        : {
            path: workdir.root,
            files: workdir.files.length,
            bytes: workdir.size,
            git_commit: workdir.git?.commit ?? null,
            git_dirty: workdir.git?.dirty ?? null,
          },
    ...(status === undefined ? {} : { queue: status }),
  };
}

/** To a millionth of a dollar. */
function rounded(usd: number | undefined): number | null {
  return usd === undefined ? null : Math.round(usd * 1e6) / 1e6;
}
