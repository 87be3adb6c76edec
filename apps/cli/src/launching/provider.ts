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
