import { SpawnError } from "@spawn/foundation";

/**
 * Where to run: `--provider`, else `SPAWN_PROVIDER`.
 *
 * @throws SpawnError `bad-arguments` when nothing says it or it is no provider; `not-supported` for EC2.
 */
export function chooseProvider(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): "local" {
  const chosen = flag ?? (env.SPAWN_PROVIDER === "" ? undefined : env.SPAWN_PROVIDER);
  const source = flag === undefined ? "SPAWN_PROVIDER" : "--provider";
  switch (chosen) {
    case "local":
      return "local";
    case undefined:
      throw new SpawnError(
        "bad-arguments",
        "where should it run? Neither --provider nor SPAWN_PROVIDER says",
        {
          hint: "On this machine: --provider local. On EC2 (--provider ec2): not in this version yet.",
        },
      );
    case "ec2":
      throw new SpawnError("not-supported", `${source} ec2: running on EC2 is not in this version yet`, {
        hint: "Run it on this machine: --provider local",
      });
    default:
      throw new SpawnError("bad-arguments", `${source} ${chosen}: there is no such provider`, {
        hint: "On this machine: --provider local",
      });
  }
}

/** Launch flags that mean something on EC2 only: there is nothing yet that they could do. */
const EC2_FLAGS = [
  "instance-type",
  "ttl",
  "on-complete",
  "iam-policy",
  "volume-size",
  "wait-for-ssh",
  "region",
  "spot",
  "spot-max-price",
  "keep-on-failure",
  "idle-timeout",
];

/** Launch flags of job arrays and scripts. */
const ARRAY_FLAGS = ["array", "param-file", "user-data", "tasks", "task-retries", "max-concurrent"];

/** @throws SpawnError `not-supported` for a flag of what is not there yet. */
export function refusePlannedFlags(argv: readonly string[]): void {
  const given = (flags: readonly string[]): string | undefined =>
    flags.find((name) => argv.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)));
  const array = given(ARRAY_FLAGS);
  if (array !== undefined) {
    throw new SpawnError("not-supported", `--${array}: job arrays and scripts are not in this version yet`, {
      hint: "Launch a queue: --batch-queue pipeline.json",
    });
  }
  const ec2 = given(EC2_FLAGS);
  if (ec2 !== undefined) {
    throw new SpawnError("not-supported", `--${ec2} is for EC2, which is not in this version yet`, {
      hint: "Leave it out, and run on this machine: --provider local",
    });
  }
}
