import { Errors, type Hook } from "@oclif/core";
import { SpawnError } from "@spawn/foundation";
import { nearestCommand } from "./suggestions/nearest-command.js";

/** Commands that people look for and that are being built. */
const PLANNED_COMMANDS: Readonly<Record<string, string>> = {
  alerts: "cost alerts on EC2",
  array: "job arrays",
  cost: "what instances on EC2 cost",
  extend: "an instance's deadline",
  gc: "clearing away what is past its deadline",
};

/** The exit status by which `describeFailure` knows an unknown command. */
export const UNKNOWN_COMMAND = 127;

/**
 * Called by the framework for a command line that begins with no command. It takes every word up to the first flag for
 * part of the command's name, and so calls this as well for a command that is given an argument it does not have: that
 * command then says so itself.
 */
export const commandNotFound: Hook.CommandNotFound = async ({ id, argv = [], config }) => {
  const words = id.split(":");
  const given =
    words.findLastIndex((_, index) => isCommand(words.slice(0, index + 1), config.commandIDs)) + 1;
  if (given > 0) {
    return config.runCommand(words.slice(0, given).join(":"), [...words.slice(given), ...argv]);
  }
  const planned = PLANNED_COMMANDS[words[0] ?? ""];
  if (planned !== undefined) {
    throw new SpawnError("not-supported", `spawn ${words[0]}: ${planned} is not in this version yet`, {
      hint: "See what is there: spawn --help",
    });
  }
  throw new Errors.CLIError(unknownCommandText(words, config.commandIDs), { exit: UNKNOWN_COMMAND });
};

function isCommand(words: readonly string[], ids: readonly string[]): boolean {
  return ids.includes(words.join(":"));
}

/**
 * Called by the framework before it looks at the command line. Of a topic alone (`spawn queue`) it prints help, whatever
 * flags come with it: those belong to a command, and `--json` promises no help.
 */
export const refuseFlagsOfTopic: Hook.Init = async ({ id, argv, config }) => {
  if (id === undefined || argv.length === 0 || argv.includes("--help") || argv.includes("-h")) return;
  if (config.findCommand(id) !== undefined || config.findTopic(id) === undefined) return;
  throw new Errors.CLIError(unknownCommandText([id, ...argv], config.commandIDs), { exit: UNKNOWN_COMMAND });
};

/** What is wrong, then what to do, a line each. */
export function unknownCommandText(words: readonly string[], ids: readonly string[]): string {
  const [first = "", second = ""] = words;
  if (first.startsWith("-")) return `name a command before ${first}\nSee all commands: spawn --help`;
  if (second.startsWith("-"))
    return `name a command after ${first}, before ${second}\nSee all commands: spawn ${first} --help`;
  const isTopic = ids.some((id) => id.startsWith(`${first}:`));
  const typed = isTopic ? words.slice(0, 2).join(" ") : first;
  const meant = nearestCommand(words, ids);
  return [
    `spawn has no command ${typed}`,
    ...(meant === undefined ? [] : [`Did you mean spawn ${meant}?`]),
    `See all commands: spawn ${isTopic ? `${first} ` : ""}--help`,
  ].join("\n");
}
