import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { MarketChoice } from "@spawn/aws-launcher";
import { listOf, type Settings } from "@spawn/config-schema";
import { explainFileError, SpawnError } from "@spawn/foundation";
import type { Ec2FlagValues } from "./ec2-flags.js";

const KEPT_ON_FAILURE_MS = 3_600_000;

/** What the instance's jobs may do on AWS, beside their own queue's data. */
type RoleOptions =
  | { readonly kind: "existing"; readonly profile: string }
  | { readonly kind: "made"; readonly templates: readonly string[]; readonly statements: readonly object[] };

/** What a launch on EC2 is asked for, but for the queue itself. */
export interface Ec2Options {
  readonly instanceTypes: readonly string[];
  readonly ttlMs?: number;
  readonly idleTimeoutMs?: number;
  readonly onComplete?: "terminate" | "stop";
  readonly keepOnFailureMs: number;
  readonly market: MarketChoice;
  readonly role: RoleOptions;
  readonly zones?: readonly string[];
  readonly subnetId?: string;
  readonly ami?: string;
  readonly volumeSizeGiB?: number;
  readonly completionFile?: string;
  readonly completionDelayMs?: number;
}

/**
 * Puts flags and settings together; a flag wins.
 *
 * @throws SpawnError `bad-arguments` for what can be seen to be wrong without AWS.
 */
export async function ec2Options(flags: Ec2FlagValues, settings: Settings, cwd: string): Promise<Ec2Options> {
  const instanceTypes = listOf(flags["instance-type"]) ?? settings.instanceTypes;
  if (instanceTypes === undefined) {
    throw new SpawnError("bad-arguments", "which instance type? Nothing says it", {
      hint: "Give --instance-type t3.micro, or several: --instance-type m7i.large,m6i.large",
    });
  }
  // As with the flags, it decides alone what becomes of the instance.
  const onComplete = flags["on-complete"] ?? (flags["keep-on-failure"] ? undefined : settings.onComplete);
  const keepOnFailureMs = flags["keep-on-failure"] ?? settings.keepOnFailureMs ?? KEPT_ON_FAILURE_MS;
  return {
    instanceTypes,
    keepOnFailureMs,
    market: marketOf(flags),
    role: await roleOf(flags, settings, cwd),
    ...said({
      ttlMs: flags.ttl ?? settings.ttlMs,
      idleTimeoutMs: flags["idle-timeout"] ?? settings.idleTimeoutMs,
      onComplete,
      zones: listOf(flags.zone),
      subnetId: flags.subnet,
      ami: flags.ami,
      volumeSizeGiB: flags["volume-size"] ?? settings.volumeSizeGiB,
      completionFile: completionFileOf(flags),
      completionDelayMs: flags["completion-delay"],
    }),
  };
}

/** Without what is not said. */
export function said<Values extends object>(
  values: Values,
): { readonly [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function marketOf(flags: Ec2FlagValues): MarketChoice {
  if (!flags.spot) return { kind: "on-demand" };
  const maxPrice = flags["spot-max-price"];
  if (maxPrice !== undefined && !/^(?=.*[1-9])\d+(\.\d+)?$/.test(maxPrice)) {
    throw new SpawnError("bad-arguments", `--spot-max-price ${maxPrice}: not a price`, {
      hint: "Write US dollars an hour, such as 0.05.",
    });
  }
  const orOnDemand = flags["on-demand-fallback"] ?? false;
  return { kind: "spot", orOnDemand, ...said({ maxPrice }) };
}

async function roleOf(flags: Ec2FlagValues, settings: Settings, cwd: string): Promise<RoleOptions> {
  const profile = flags["iam-role"];
  if (profile !== undefined) {
    if (/^[\w+=,.@-]{1,128}$/.test(profile)) return { kind: "existing", profile };
    throw new SpawnError("bad-arguments", `--iam-role ${profile}: not the name of an instance profile`, {
      hint: "Give the profile's name, not its ARN.",
    });
  }
  const templates = listOf(flags["iam-policy"]) ?? settings.iamPolicies ?? [];
  const file = flags["iam-policy-file"];
  const aws = await import("@spawn/aws-launcher");
  for (const name of templates) aws.templateActions(name);
  const statements =
    file === undefined ? [] : aws.policyStatements(readPolicy(resolve(cwd, file), file), file);
  return { kind: "made", templates, statements };
}

function readPolicy(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const explained = explainFileError(error, "cannot read the policy", shown);
    if (explained instanceof SpawnError) throw explained;
    throw new SpawnError("bad-arguments", `--iam-policy-file ${shown}: there is no such file`, {
      cause: error,
    });
  }
}

function completionFileOf(flags: Ec2FlagValues): string | undefined {
  const path = flags["completion-file"];
  if (path === undefined || /^\/[^\0]*[^/]$/.test(path)) return path;
  throw new SpawnError("bad-arguments", `--completion-file ${path}: not the absolute path of a file`, {
    hint: "It is a path on the instance, such as /tmp/DONE.",
  });
}
