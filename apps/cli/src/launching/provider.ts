import { SpawnError } from "@spawn/foundation";
import type { LoadedSettings } from "../settings/load-settings.js";

export type Provider = "local" | "ec2";

export interface ChosenProvider {
  readonly provider: Provider;
  /** What says so, for messages. */
  readonly why: string;
}

/**
 * Where to run: `--provider`, else the settings, else EC2 where `--instance-type` is given.
 *
 * @param settings read only where the flag does not say it
 * @throws SpawnError `bad-arguments` when nothing says it.
 */
export async function chooseProvider(
  flag: Provider | undefined,
  instanceType: string | undefined,
  settings: () => Promise<Pick<LoadedSettings, "provider" | "providerSource">>,
): Promise<ChosenProvider> {
  if (flag !== undefined) return { provider: flag, why: `--provider says ${flag}` };
  const { provider, providerSource } = await settings();
  if (provider !== undefined) return { provider, why: `${providerSource} says ${provider}` };
  if (instanceType !== undefined) return { provider: "ec2", why: "--instance-type is given" };
  throw new SpawnError("bad-arguments", "where should it run? Neither --provider nor --instance-type says", {
    hint: "On this machine: --provider local. On EC2: --instance-type t3.micro, or any other type.",
  });
}

/** Launch flags of job arrays and scripts. */
const ARRAY_FLAGS = ["array", "param-file", "user-data", "tasks", "task-retries", "max-concurrent"];

/** @throws SpawnError `not-supported` for a flag of what is not there yet. */
export function refusePlannedFlags(argv: readonly string[]): void {
  const array = ARRAY_FLAGS.find((name) =>
    argv.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  );
  if (array === undefined) return;
  throw new SpawnError("not-supported", `--${array}: job arrays and scripts are not in this version yet`, {
    hint: "Launch a queue: --batch-queue pipeline.json",
  });
}
