import { Flags } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { switchFlag } from "../flags/switch-flag.js";
import type { LaunchOptions } from "./prepare-launch.js";

/** Flags of every command that launches a queue. */
export const launchFlags = {
  name: Flags.string({ description: "name of the instance, to refer to it by" }),
  env: Flags.string({
    description: "give every job this variable: NAME takes it from this shell; its value is shown nowhere",
    helpValue: "NAME[=value]",
    multiple: true,
    multipleNonGreedy: true,
  }),
  "queue-id": Flags.string({ description: "id of this run, instead of the file's own", helpValue: "ID" }),
  overwrite: switchFlag({
    description: "replace what the store has under the queue id (without it, a taken id gets -2, -3, …)",
  }),
  workdir: Flags.string({
    description: "folder in which the jobs run; default: the file's workdir, else the current folder",
    helpValue: "DIR",
  }),
};

export interface LaunchFlagValues {
  readonly name: string | undefined;
  readonly env: readonly string[] | undefined;
  readonly "queue-id": string | undefined;
  readonly overwrite: boolean | undefined;
  readonly workdir: string | undefined;
}

export function launchOptions(
  file: string,
  flags: LaunchFlagValues,
  tags: Readonly<Record<string, string>>,
): LaunchOptions {
  const { name, workdir } = flags;
  return {
    file,
    tags,
    env: flags.env ?? [],
    overwrite: flags.overwrite ?? false,
    ...(flags["queue-id"] === undefined ? {} : { queueId: flags["queue-id"] }),
    ...(name === undefined ? {} : { name: checkedName(name) }),
    ...(workdir === undefined ? {} : { workdir }),
  };
}

/** A name must not look like another kind of reference. */
function checkedName(name: string): string {
  if (name !== "last" && !/^(?:local-|i-)/.test(name) && /^[^\s\p{Cc}/]{1,128}$/u.test(name)) return name;
  throw new SpawnError("bad-arguments", `--name ${JSON.stringify(name)}: not a name for an instance`, {
    hint: "One word of at most 128 characters, not `last`, and not beginning with `local-` or `i-`.",
  });
}
