import type { LaunchRecipe } from "@spawn/aws-launcher";
import type { QueueSpec, Settings } from "@spawn/config-schema";
import type { Ec2FlagValues } from "./ec2-flags.js";
import { ec2Options, said } from "./ec2-options.js";
import { queueSecrets } from "./queue-secrets.js";

const ROLE_FLAGS = ["iam-policy", "iam-policy-file", "iam-role"] as const;

/**
 * How a queue is launched again: as before, but for what flags say.
 *
 * @param before of the launch before; `undefined` where nobody knows it any more
 * @param settings what holds then
 * @throws SpawnError `bad-arguments`.
 */
export async function relaunchRecipe(
  before: LaunchRecipe | undefined,
  flags: Ec2FlagValues,
  { settings, spec, cwd, defaultTtlMs }: RelaunchSources,
): Promise<LaunchRecipe> {
  const base = before === undefined ? settings : asSettings(before);
  const { role, market, ttlMs, ...options } = await ec2Options(flags, base, cwd);
  const isRoleSaid = ROLE_FLAGS.some((name) => flags[name] !== undefined);
  const kept = isRoleSaid ? undefined : before?.role;
  const secrets = queueSecrets(spec);
  const chosen = kept ?? (role.kind === "existing" ? role : { ...role, secrets });
  return {
    ...said({
      name: before?.name,
      zones: before?.zones,
      subnetId: before?.subnetId,
      ami: before?.ami,
      completionFile: before?.completionFile,
      completionDelayMs: before?.completionDelayMs,
    }),
    ...options,
    tags: before?.tags ?? settings.tags ?? {},
    ttlMs: ttlMs ?? defaultTtlMs,
    market: flags.spot === undefined && before !== undefined ? before.market : market,
    role: chosen.kind === "existing" ? chosen : { ...chosen, secrets },
  };
}

export interface RelaunchSources {
  readonly settings: Settings;
  readonly spec: QueueSpec;
  readonly cwd: string;
  readonly defaultTtlMs: number;
}

function asSettings(before: LaunchRecipe): Settings {
  const { instanceTypes, keepOnFailureMs, ttlMs } = before;
  return {
    ...{ instanceTypes, keepOnFailureMs, ttlMs },
    ...said({
      idleTimeoutMs: before.idleTimeoutMs,
      onComplete: before.onComplete,
      volumeSizeGiB: before.volumeSizeGiB,
    }),
  };
}
