import type { Command, Interfaces } from "@oclif/core";
import { EXIT_MEANINGS } from "../exit-status.js";
import { allFlags, usageLine } from "./command-surface.js";

/** `docs/reference/commands.md`: every command with its arguments, flags and examples, and the exit codes. */
export function commandReference(commands: Readonly<Record<string, Command.Class>>): string {
  const entries = Object.entries(commands).map(([id, command]) => ({
    name: id.replaceAll(":", " "),
    command,
  }));
  return `${[
    "# Commands",
    "This page is made from the commands themselves (`pnpm generate`).",
    'Results go to standard output; progress, warnings and hints go to standard error. With `--json` standard output holds exactly one JSON value, for errors too: `{"error": {"code", "message", "hint"}}`. Times are RFC 3339 with their offset.',
    `A *ref* is an instance id, a name, a queue id, or \`last\` for the newest instance.`,
    entries
      .map(({ name, command }) => `- [spawn ${name}](#${anchor(name)}): ${command.summary ?? ""}`)
      .join("\n"),
    ...entries.map(({ name, command }) => section(name, command)),
    "## Exit codes",
    table(["code", "meaning"], Object.entries(EXIT_MEANINGS)),
  ].join("\n\n")}\n`;
}

function section(name: string, command: Command.Class): string {
  const args = Object.entries(command.args).map(([arg, { description, required }]) => [
    `\`${arg}\``,
    required ? "yes" : "no",
    description ?? "",
  ]);
  const flags = allFlags(command).map(([flag, definition]) => [
    flagCell(flag, definition),
    flagMeaning(definition),
  ]);
  return [
    `## spawn ${name}`,
    `${capitalised(command.summary ?? "")}.`,
    ...(command.description === undefined ? [] : [command.description]),
    `\`\`\`text\n${usageLine(name, command)}\n\`\`\``,
    ...(args.length === 0 ? [] : [table(["argument", "required", "what"], args)]),
    table(["flag", "what"], flags),
    ...(command.examples.length === 0
      ? []
      : [`\`\`\`bash\n${command.examples.map(exampleLine).join("\n")}\n\`\`\``]),
  ].join("\n\n");
}

function flagCell(name: string, flag: Interfaces.Flag<unknown>): string {
  const short = flag.char === undefined ? "" : `\`-${flag.char}\`, `;
  const value = flag.type === "boolean" ? "" : ` ${valueName(flag)}`;
  return `${short}\`--${name}${value}\``;
}

function valueName(flag: Interfaces.OptionFlag<unknown>): string {
  if (flag.options !== undefined) return flag.options.join("\\|");
  return typeof flag.helpValue === "string" ? flag.helpValue : "VALUE";
}

function flagMeaning(flag: Interfaces.Flag<unknown>): string {
  const notes = [
    ...(flag.required === true ? ["required"] : []),
    ...(flag.type === "option" && ["string", "number"].includes(typeof flag.default)
      ? [`default: ${flag.default}`]
      : []),
    ...(flag.type === "option" && flag.multiple === true ? ["may be repeated"] : []),
    ...(flag.dependsOn === undefined
      ? []
      : [`with ${flag.dependsOn.map((other) => `\`--${other}\``).join(", ")}`]),
  ];
  return `${flag.description ?? ""}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`;
}

function exampleLine(example: Command.Example): string {
  const line = typeof example === "string" ? example : example.command;
  return line.replaceAll("<%= config.bin %>", "spawn");
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

function anchor(name: string): string {
  return `spawn-${name.replaceAll(" ", "-")}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
