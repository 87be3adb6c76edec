import { ON_COMPLETE } from "@spawn/config-schema";
import type { Ec2FlagValues } from "../launching/ec2/ec2-flags.js";
import type { ConfigFields } from "./config-fields.js";

/** Of a job that is a queue: the flags of `spawn launch` that mean something on EC2 only, but for those of a person's ssh. */
export const EC2_KEYS = [
  "instance_type",
  "region",
  "ttl",
  "on_complete",
  "keep_on_failure",
  "idle_timeout",
  "spot",
  "spot_max_price",
  "on_demand_fallback",
  "zone",
  "subnet",
  "ami",
  "volume_size",
  "iam_policy",
  "iam_policy_file",
  "iam_role",
  "completion_file",
  "completion_delay",
  "yes",
] as const;

const LARGEST_VOLUME_GIB = 16_384;

/** Notes in `fields` what is wrong with them. */
export function readEc2Options(fields: ConfigFields): Ec2FlagValues {
  fields.refuseBoth("on_complete", "keep_on_failure");
  fields.refuseBoth("iam_role", "iam_policy");
  fields.refuseBoth("iam_role", "iam_policy_file");
  const spot = fields.flag("spot");
  for (const key of ["spot_max_price", "on_demand_fallback"]) {
    if (fields.has(key) && spot !== true) fields.problem(`${key} is for a spot instance: "spot": true`);
  }
  return {
    "instance-type": fields.list("instance_type"),
    region: fields.text("region"),
    ttl: fields.duration("ttl"),
    "on-complete": fields.choice("on_complete", ON_COMPLETE),
    "keep-on-failure": fields.span("keep_on_failure"),
    "idle-timeout": fields.duration("idle_timeout"),
    spot,
    "spot-max-price": fields.amount("spot_max_price"),
    "on-demand-fallback": fields.flag("on_demand_fallback"),
    zone: fields.list("zone"),
    subnet: fields.text("subnet"),
    ami: fields.text("ami"),
    "volume-size": fields.whole("volume_size", { min: 1, max: LARGEST_VOLUME_GIB }),
    "iam-policy": fields.list("iam_policy"),
    "iam-policy-file": fields.text("iam_policy_file"),
    "iam-role": fields.text("iam_role"),
    ssh: undefined,
    "ssh-key": undefined,
    "ssh-from": undefined,
    "wait-for-ssh": undefined,
    "completion-file": fields.text("completion_file"),
    "completion-delay": fields.span("completion_delay"),
    yes: fields.flag("yes"),
  };
}
