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
];

/** @throws SpawnError `not-supported` for a flag that only EC2 has. */
export function refuseEc2Flags(argv: readonly string[]): void {
  const flag = argv.find((arg) =>
    EC2_FLAGS.some((name) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  );
  if (flag === undefined) return;
  throw new SpawnError("not-supported", `${flag.split("=")[0]}: running on EC2 is not in this version yet`, {
    hint: "Run it on this machine: --provider local",
  });
}
