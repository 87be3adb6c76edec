import { Errors, type Hook } from "@oclif/core";
import { nearestCommand } from "./suggestions/nearest-command.js";

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
  throw new Errors.CLIError(unknownCommandText(words, config.commandIDs), { exit: UNKNOWN_COMMAND });
};

function isCommand(words: readonly string[], ids: readonly string[]): boolean {
  return ids.includes(words.join(":"));
}

/** What is wrong, then what to do, a line each. */
export function unknownCommandText(words: readonly string[], ids: readonly string[]): string {
  const [first = ""] = words;
  if (first.startsWith("-")) return `name a command before ${first}\nSee all commands: spawn --help`;
  const isTopic = ids.some((id) => id.startsWith(`${first}:`));
  const typed = isTopic ? words.slice(0, 2).join(" ") : first;
  const meant = nearestCommand(words, ids);
  return [
    `spawn has no command ${typed}`,
    ...(meant === undefined ? [] : [`Did you mean spawn ${meant}?`]),
    `See all commands: spawn ${isTopic ? `${first} ` : ""}--help`,
  ].join("\n");
}
