import { type Command, Flags, type Interfaces } from "@oclif/core";

type NamedFlags = readonly (readonly [string, Interfaces.Flag<unknown>])[];

/** A command's own flags, then those it shares with others, `--json` among them where it has it. */
export function allFlags(command: Command.Class): NamedFlags {
  const json: NamedFlags = command.enableJsonFlag
    ? [["json", Flags.boolean({ description: "print JSON on standard output" })]]
    : [];
  return [...Object.entries(command.flags), ...json, ...Object.entries(command.baseFlags ?? {})];
}

/** `spawn queue logs <ref> [job] [flags]` */
export function usageLine(name: string, command: Command.Class): string {
  const args = Object.entries(command.args).map(([arg, { required }]) =>
    required ? `<${arg}>` : `[${arg}]`,
  );
  const required = Object.entries(command.flags).flatMap(([flag, { required: needed }]) =>
    needed === true ? [`--${flag} …`] : [],
  );
  return ["spawn", name, ...args, ...required, "[flags]"].join(" ");
}

/** What scripts rely on, one line for each argument and flag: compared with a snapshot, so that no change goes unseen. */
export function commandSurface(commands: Readonly<Record<string, Command.Class>>): readonly string[] {
  return Object.entries(commands).flatMap(([id, command]) => [
    `spawn ${id.replaceAll(":", " ")}`,
    ...Object.entries(command.args).map(([arg, { required }]) => `  <${arg}>${required ? "" : " optional"}`),
    ...allFlags(command).map(([name, flag]) => `  ${flagSurface(name, flag)}`),
  ]);
}

function flagSurface(name: string, flag: Interfaces.Flag<unknown>): string {
  const words = [
    `--${name}`,
    ...(flag.char === undefined ? [] : [`-${flag.char}`]),
    flag.type === "boolean" ? "boolean" : (flag.options?.join("|") ?? "value"),
    ...(flag.type === "option" && flag.multiple === true ? ["multiple"] : []),
    ...(flag.required === true ? ["required"] : []),
  ];
  return words.join(" ");
}
